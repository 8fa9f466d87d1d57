"""What a finished report looks like in every format."""
