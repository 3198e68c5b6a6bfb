"""Reports of a brand's times: made from its log as it stood at a position, so that the same can be made again."""
