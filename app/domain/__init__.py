"""What a job, an appointment and an answer are: rules only, no framework."""
