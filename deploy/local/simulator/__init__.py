"""
A county that does not exist, made from a seed: whole journeys, and what is right.

`county` makes lives out of published figures; `requests` makes of them what agencies
send; `sending` sends it to a running Throughline; `truth` writes down what each child's
timeline must then hold, and `checking` compares. What is right is reckoned here by
itself: nothing is asked of the services or of their clocks, so that a mistake of theirs
is not repeated.
"""
