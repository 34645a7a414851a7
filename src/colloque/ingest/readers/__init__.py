"""One module a format: a file in, forms and faults out, as they are read."""
