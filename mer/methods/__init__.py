"""Catalogue of methods. To add one: write its module, then name it in the import and the tuple."""

from types import MappingProxyType

from mer.methods import (
    alexnet,
    basic_inception,
    capsulenet,
    dual_inception,
    emr,
    flow_ensemble,
    flow_svm,
    fr,
    fr_concatenated,
    fr_fc,
    googlenet,
    htnet,
    lbp_top_svm,
    majority,
    mmnet,
    off_apexnet,
    rcn_a,
    rcn_s,
    rcn_w,
    sssnet,
    ststnet,
    vgg16,
)

_MODULES = (
    majority,
    flow_svm,
    flow_ensemble,
    lbp_top_svm,
    ststnet,
    off_apexnet,
    sssnet,
    dual_inception,
    basic_inception,
    fr,
    fr_fc,
    fr_concatenated,
    rcn_a,
    rcn_s,
    rcn_w,
    htnet,
    alexnet,
    googlenet,
    vgg16,
    capsulenet,
    emr,
    mmnet,
)

METHODS = MappingProxyType({module.SPEC.name: module.SPEC for module in _MODULES})
