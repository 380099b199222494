"""Official reports: composed from the register as numbered paragraphs, and rendered as pages and files."""
