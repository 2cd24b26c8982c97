"""The retry desk: pages for operators, made on the server, that work without JavaScript."""
