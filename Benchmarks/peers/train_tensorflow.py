"""Steps of training in TensorFlow, in the layout that it prefers on CPUs (channels last)."""

import os


def network(name):
    """(model, the shape of an example, the number of classes), as netc's spec of that name has it."""
    import keras
    from keras import layers

    def model(shape, *parts):
        return keras.Sequential([keras.Input(shape), *parts])

    def conv(filters, size, **options):
        return layers.Conv2D(filters, size, activation="relu", **options)

    if name == "lenet":
        return model(
            (32, 32, 1), conv(6, 5), layers.MaxPooling2D(2), conv(16, 5), layers.MaxPooling2D(2), conv(120, 5),
            layers.Flatten(), layers.Dense(84, activation="relu"), layers.Dense(10)), (32, 32, 1), 10
    if name == "mnist":
        return model(
            (28, 28, 1), conv(32, 5), layers.MaxPooling2D(2), conv(32, 5), layers.MaxPooling2D(2), layers.Flatten(),
            layers.Dense(256, activation="relu"), layers.Dropout(0.5), layers.Dense(10)), (28, 28, 1), 10
    if name == "vgg16":
        parts = []
        for width, count in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
            parts += [conv(width, 3, padding="same") for _ in range(count)] + [layers.MaxPooling2D(2)]
        head = [layers.Flatten()]
        for _ in range(2):
            head += [layers.Dense(4096, activation="relu"), layers.Dropout(0.5)]
        return model((224, 224, 3), *parts, *head, layers.Dense(1000)), (224, 224, 3), 1000
    raise ValueError(f"no TensorFlow model for {name}")


def step(form, name, threads, batch):
    """(version, a function that takes one step). The form is tensorflow, or tensorflow-xla for its compiler."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import keras
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    keras.utils.set_random_seed(1)
    model, shape, classes = network(name)
    x = tf.random.uniform((batch, *shape))
    target = tf.random.uniform((batch,), maxval=classes, dtype=tf.int32)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    optimiser = keras.optimizers.SGD(1e-6, momentum=0.9)
    optimiser.build(model.trainable_variables)

    @tf.function(jit_compile=form.endswith("-xla"))
    def one():
        with tf.GradientTape() as tape:
            value = loss(target, model(x, training=True))
        gradients = tape.gradient(value, model.trainable_variables)
        optimiser.apply_gradients(zip(gradients, model.trainable_variables))
        return value

    return tf.__version__, lambda: one().numpy()
