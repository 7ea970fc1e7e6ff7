"""Native torch: ``build`` returns a step, ``(*batch) → loss``, that updates modules in place."""
