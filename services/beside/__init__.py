"""The workers in a process beside the one that serves: `keeper` keeps it, `child` is it, `wire` is what joins them."""
