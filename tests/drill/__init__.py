"""The drill: what its script holds, how it travels, and that it finds what an inbox lost."""
