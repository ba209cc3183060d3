#!/usr/bin/env bash
# Snakemake runs this after it has made the environment of mer.yaml. face-alignment brings
# opencv-python, whose cv2 may have been written over that of opencv-contrib-python.
set -euo pipefail
pip install --no-deps --force-reinstall opencv-contrib-python==5.0.0.93
python -c "import cv2; cv2.optflow.DualTVL1OpticalFlow_create()"
