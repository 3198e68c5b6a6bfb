"""A report as a document, in French or English: what it says, as a page and as PDF."""
