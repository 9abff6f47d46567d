// Laid out in Package.swift; filled by the first commit of this target.
