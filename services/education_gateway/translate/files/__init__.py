"""
Files of the field become rows, and what differs in them becomes events. Pure.

`opening` says what a file is and gives its records one by one; `layout` is what a
kind of file declares about its tables; `census`, `sen2`, `transfer`,
`children_in_need`, `crosswalk` and `mapping` are those declarations; `rows` judges one
record, and `telling` writes the events of a difference.
"""
