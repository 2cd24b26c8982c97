"""What the product does, one use case a file; a use case is a frozen dataclass of ports that is called."""
