"""Pages: self-contained HTML of a run, a study or a family, and the marks they share."""
