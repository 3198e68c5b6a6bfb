"""Bodies as each network writes them, and their signatures. One file a network; `sign` holds both signature rules."""
