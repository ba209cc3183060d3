"""Catalogue of methods. To add one: write its module, then name it in the import and the tuple."""

from types import MappingProxyType

from mer.methods import flow_svm, lbp_top_svm, majority, ststnet

_MODULES = (majority, flow_svm, lbp_top_svm, ststnet)

METHODS = MappingProxyType({module.SPEC.name: module.SPEC for module in _MODULES})
