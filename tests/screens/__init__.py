"""Every screen of the product, photographed: `make screenshots`."""
