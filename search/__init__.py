"""The search library: spaces, methods, training. It knows nothing of the web and works from a notebook."""
