#!/bin/sh
# Makes a private virtual environment with the runtimes that netc is compared with: about 1 GB, a few minutes.
# It lies in $NETC_PEERS, by default in netc/peers of the user's cache folder. With `torch`, PyTorch comes along; with
# `tensorflow`, TensorFlow in an environment of its own beside it, for it wants other versions of what they share.
set -eu
home=${NETC_PEERS:-${XDG_CACHE_HOME:-$HOME/.cache}/netc/peers}
mkdir -p "$home"
[ -x "$home/bin/python" ] || python3 -m venv "$home"
"$home/bin/pip" install -q --upgrade numpy onnx onnxruntime openvino ncnn
case " $* " in
  *" torch "*) "$home/bin/pip" install -q 'torch==2.13.0+cpu' || "$home/bin/pip" install -q torch ;;
esac
case " $* " in
  *" tensorflow "*)
    [ -x "$home-tensorflow/bin/python" ] || python3 -m venv "$home-tensorflow"
    "$home-tensorflow/bin/pip" install -q tensorflow-cpu
    ;;
esac
echo "peers are in $home; rm -r removes them" >&2
