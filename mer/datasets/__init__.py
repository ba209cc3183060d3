"""Catalogue of data sets. To add one: write its module, then name it in the import and the tuple."""

from types import MappingProxyType

from mer.datasets import demo, flow_images, table

_MODULES = (demo, flow_images, table)

DATASETS = MappingProxyType({module.SPEC.name: module.SPEC for module in _MODULES})
