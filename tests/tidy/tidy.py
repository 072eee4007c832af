#!/usr/bin/env python3
"""House rules that a machine can check, over the whole tree. Prints each breach; fails if there is one.

    tidy.py ROOT [--only RULE]... [--except RULE]...
    tidy.py ROOT --write-errors       bring docs/errors.md up to date with the error table
"""
import argparse
import sys

import documented
import layers
import places
import shape
import tree as trees

CHECKS = [layers.check, shape.sizes, shape.code_rules, shape.page_rules, shape.waiting, shape.words,
          shape.headers, shape.test_names, places.targets, places.readmes, places.links, places.errors, places.conformance,
          places.proofs, documented.documented, places.formatting]


def findings(root, checks=tuple(CHECKS)):
    tree = trees.read(root)
    return sorted({finding for check in checks for finding in check(tree)})


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("root")
    arguments.add_argument("--only", action="append", help="report this rule alone")
    arguments.add_argument("--except", action="append", default=[], dest="left_out", help="do not report it")
    arguments.add_argument("--write-errors", action="store_true")
    options = arguments.parse_args()
    if options.write_errors:
        places.write_errors(trees.read(options.root))
    found = [finding for finding in findings(options.root)
             if (not options.only or finding.rule in options.only) and finding.rule not in options.left_out]
    for finding in found:
        print(finding)
    print(f"tidy: {len(found)} breaches of the house rules" if found else "tidy: the tree keeps the house rules")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
