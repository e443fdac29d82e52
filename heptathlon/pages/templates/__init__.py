"""Templates of the pages that the suite writes."""
