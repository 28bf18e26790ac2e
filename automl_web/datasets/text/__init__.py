"""Taking in text: what is read of a file, its parts, and the tokens that training maps."""
