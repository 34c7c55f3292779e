"""The generated parts of the documentation: tables that follow from the code.

A page keeps its own prose. Between `<!-- generated: NAME -->` and `<!-- end -->` stands what the
function of that name in `tools.reference.parts` returns.
"""
