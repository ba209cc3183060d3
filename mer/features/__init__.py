"""Catalogue of representations. To add one: write its module, then name it in the import and the tuple."""

from types import MappingProxyType

from mer.features import flow_hsv, flow_image, flow_sequence, frames, landmarks, lbp_top

_MODULES = (flow_image, flow_hsv, flow_sequence, frames, landmarks, lbp_top)

FEATURES = MappingProxyType({module.SPEC.name: module.SPEC for module in _MODULES})
