"""Taking in images: from a zip to classes, parts, and the arrays that training maps."""
