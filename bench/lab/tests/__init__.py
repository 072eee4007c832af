"""Tests of the lab, run by ctest: unit_test without a network, rig_test with namespaces."""
