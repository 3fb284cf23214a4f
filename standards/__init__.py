"""A council's framework as data: grades, scales, tools, standards, descriptors."""
