"""The words that leave: templates, facts, note lines, and the check before anything is shown as ready."""
