#!/usr/bin/env python3
"""Trains the digit network of this guest and writes what the repository keeps of it.

    python3 -m venv /tmp/tf && /tmp/tf/bin/pip install -r requirements.txt && /tmp/tf/bin/python train.py

Data: the digits of scikit-learn (8 x 8 pixels, 1 797 pictures; Alpaydin and Kaynak, Optical Recognition of
Handwritten Digits, UCI Machine Learning Repository, CC BY 4.0). One tenth is held back before anything else happens
and never seen in training; it is written to ../data/held-back.csv, for the test that measures the guest.

Writes: digits.tflite (int8), ../data/held-back.csv, ../pictures/*.png.
"""

import os
import pathlib

os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np
import tensorflow as tf
from PIL import Image, ImageFilter
from scipy import ndimage
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

HERE = pathlib.Path(__file__).resolve().parent
SEED = 7
COPIES = 14  # distorted copies of every training picture, one half as the data set has them, one half as scans
EPOCHS = 36
PAPER = 0.3  # as in ../src/prepare.rs


def turned(large, rng, shift):
    """A copy as another hand would write it: a little larger or smaller, turned, leaning, shifted."""
    angle, lean = np.deg2rad(rng.uniform(-9, 9)), rng.uniform(-0.12, 0.12)
    matrix = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = matrix @ np.array([[1, 0], [lean, 1]]) @ np.diag(1 / rng.uniform(0.85, 1.12, 2))
    centre = (np.array(large.shape) - 1) / 2
    offset = centre - matrix @ (centre + rng.uniform(-shift, shift, 2))
    return ndimage.affine_transform(large, matrix, offset, order=1)


def distorted(picture, rng):
    """Such a copy, counted out into cells as the data set was."""
    moved = turned(np.kron(picture, np.ones((4, 4))), rng, 1.8)
    moved = np.clip(moved * rng.uniform(0.85, 1.2), 0, 1)
    return moved.reshape(8, 4, 8, 4).mean(axis=(1, 3))


def prepared(page):
    """What the guest makes of a page: steep edges, the box of the digit, 8 x 8 cells. As ../src/prepare.rs."""
    ink = np.clip((page / page.max() - PAPER) / (1 - 2 * PAPER), 0, 1)
    rows, columns = np.flatnonzero(ink.max(axis=1)), np.flatnonzero(ink.max(axis=0))
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    side = max(right - left, bottom - top)
    cell, x0, y0 = side / 8, (left + right - side) / 2, (top + bottom - side) / 2

    def cover(length, start):
        edges = start + cell * np.arange(9)
        at = np.arange(length)
        return np.clip(np.minimum(at + 1, edges[1:, None]) - np.maximum(at, edges[:-1, None]), 0, None)

    return cover(ink.shape[0], y0) @ ink @ cover(ink.shape[1], x0).T / cell**2


def scanned(picture, rng):
    """Such a copy, as somebody would draw it large, and as the guest then shows it to the network."""
    large = ndimage.zoom(np.pad(picture, 3), 6, order=rng.integers(1, 3), grid_mode=True, mode="constant")
    page = ndimage.gaussian_filter(turned(large, rng, 0), rng.uniform(0.3, 1.5))
    return prepared(np.clip(page, 0, None))


def network():
    # No padding: the engine in the guest pads around the middle, TensorFlow at the end.
    layers = tf.keras.layers
    return tf.keras.Sequential(
        [
            layers.Input((8, 8, 1)),
            layers.Conv2D(12, 3, activation="relu"),
            layers.Conv2D(20, 3, activation="relu"),
            layers.Flatten(),
            layers.Dropout(0.25),
            layers.Dense(32, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )


def exported(trained, pictures):
    """The network with int8 weights and activations, for one picture at a time."""
    single = tf.keras.Sequential([tf.keras.layers.Input((8, 8, 1), batch_size=1)])
    for layer in trained.layers:
        if not isinstance(layer, tf.keras.layers.Dropout):
            single.add(layer)
    converter = tf.lite.TFLiteConverter.from_keras_model(single)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([p[None].astype(np.float32)] for p in pictures[:500])
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = tf.int8
    converter.inference_output_type = tf.int8
    # The engine in the guest wants one scale for each dense layer.
    converter._experimental_disable_per_channel_quantization_for_dense_layers = True
    return converter.convert()


def accuracy_of(model, pictures, labels):
    interpreter = tf.lite.Interpreter(model_content=model)
    interpreter.allocate_tensors()
    inward, outward = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    scale, zero = inward["quantization"]
    right = 0
    for picture, label in zip(pictures, labels):
        quantised = np.clip(np.round(picture / scale + zero), -128, 127).astype(np.int8)
        interpreter.set_tensor(inward["index"], quantised[None])
        interpreter.invoke()
        right += int(np.argmax(interpreter.get_tensor(outward["index"])[0]) == label)
    return right / len(labels)


def drawing(picture, dark_on_light):
    """A held-back digit as a photograph of paper would show it: large, off centre, with soft edges."""
    digit = Image.fromarray((picture * 255).astype(np.uint8)).resize((96, 96), Image.BICUBIC)
    page = Image.new("L", (160, 144), 0)
    page.paste(digit, (24, 30))
    page = page.filter(ImageFilter.GaussianBlur(1.5))
    return Image.eval(page, lambda v: 255 - v) if dark_on_light else page


def main():
    tf.keras.utils.set_random_seed(SEED)
    digits = load_digits()
    pictures = (digits.images / 16.0).astype(np.float32)
    train, held, train_labels, held_labels = train_test_split(
        pictures, digits.target, test_size=0.1, random_state=SEED, stratify=digits.target
    )
    rng = np.random.default_rng(SEED)
    kinds = [distorted, scanned] * (COPIES // 2)
    copies = [train] + [np.stack([kind(p, rng) for p in train]) for kind in kinds]
    many = np.concatenate(copies)[..., None].astype(np.float32)
    many_labels = np.tile(train_labels, COPIES + 1)

    model = network()
    rate = tf.keras.optimizers.schedules.CosineDecay(2e-3, EPOCHS * len(many) // 128)
    model.compile(tf.keras.optimizers.Adam(rate), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(many, many_labels, batch_size=128, epochs=EPOCHS, verbose=2)
    small = exported(model, train[..., None])
    (HERE / "digits.tflite").write_bytes(small)

    with open(HERE.parent / "data" / "held-back.csv", "w", encoding="ascii") as out:
        out.write("# label, then 64 pixels of 0 to 16, row by row\n")
        for picture, label in zip(held, held_labels):
            pixels = ",".join(str(int(round(v * 16))) for v in picture.reshape(-1))
            out.write(f"{label},{pixels}\n")
    for digit in range(10):
        index = int(np.argmax(held_labels == digit))
        drawing(held[index], digit % 2 == 1).save(HERE.parent / "pictures" / f"{digit}.png", optimize=True)

    print(f"parameters {model.count_params()}, {len(small)} bytes")
    print(f"float, held back {model.evaluate(held[..., None], held_labels, verbose=0)[1]:.4f}")
    print(f"int8, held back {accuracy_of(small, held[..., None], held_labels):.4f}")
    pages = [np.asarray(drawing(p, False), dtype=np.float32) / 255 for p in held]
    seen = np.stack([prepared(page) for page in pages])[..., None].astype(np.float32)
    print(f"int8, held back, as pages {accuracy_of(small, seen, held_labels):.4f}")


if __name__ == "__main__":
    main()
