"""The tables of the contests computed with other tools, one module for each part of the product."""
