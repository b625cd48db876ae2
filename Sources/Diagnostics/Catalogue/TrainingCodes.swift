/// What a spec says of training.
enum TrainingCodes {
  static let unknownPattern = CatalogueEntry(
    title: "a name or pattern fits no layer",
    essay: """
      `freeze`, `learning_rates` and the `layers` of `regularization` name layers that have parameters, by their own
      names, by those of the blocks they are in, by a tensor such as `conv1.W`, or by a pattern: `*` is any text, `?`
      any letter, `[12]` one of these letters. A pattern that fits nothing would silently do nothing.

      Correct the name; `netc report` lists the layers with their parameters.
      """,
    example: """
      layers:
        - Input: {shape: [null, 784]}
        - Dense: {name: hidden, num_units: 32}
        - Dense: {name: output, num_units: 10, nonlinearity: softmax}
      train: {freeze: [hiden]}
      """,
    fixed: """
      layers:
        - Input: {shape: [null, 784]}
        - Dense: {name: hidden, num_units: 32}
        - Dense: {name: output, num_units: 10, nonlinearity: softmax}
      train: {freeze: [hidden]}
      """)

  static let noTrainingData = CatalogueEntry(
    title: "there is nothing to train with",
    essay: """
      Training needs examples: `data: {train: {idx: {images: …, labels: …}}}` in the spec, or another of the formats
      `cifar10`, `npz`, `npy` and `csv`. What is kept back for validation, and what `balance` leaves out, is no longer
      there to learn from.

      Name the data, or keep back less.
      """)

  static let notTrainable = CatalogueEntry(
    title: "the network cannot be trained as it stands",
    essay: """
      Training goes backwards through every layer between the parameters and the loss. Some operations serve inference
      alone and have no gradient, or no kernel for it in this version; a network without parameters, or with all of
      them frozen, has nothing to learn.

      Replace the layer that the message names, or freeze less.
      """)

  static let diverged = CatalogueEntry(
    title: "training went out of bounds",
    essay: """
      The loss became infinite, no number, or many times what it was at the start: the steps are too large for this
      network. The message names the step and the layers whose numbers went first; the last good checkpoint is kept.

      A tenth of the learning rate is the first thing to try, a `warm_up` or `clip: {norm: 5}` the next. Inputs that
      were not brought to a range around 0 have the same effect: look at `data.preprocess`.
      """)

  static let cannotResume = CatalogueEntry(
    title: "a checkpoint does not belong to this training",
    essay: """
      `--resume` goes on from `last.safetensors`, which holds the parameters, what the update rule remembers, and how
      far training was. The file is missing, is no checkpoint, or was written for another network, update rule, seed or
      batch size: going on would give another result than a run that was never interrupted.

      Train with the spec that the folder holds as `spec.yaml`, or begin anew without `--resume`.
      """)

  static let outOfMemory = CatalogueEntry(
    title: "training takes more memory than it may",
    essay: """
      Training keeps what the forward pass computes until the backward pass has read it. Where `--memory` allows less
      than that, netc computes values again in place of keeping them, those first that free most bytes for their time;
      results are the same to the bit. This network takes more even so: parameters, gradients, what the update rule
      remembers and the largest neighbouring layers are needed whatever is done.

      A smaller batch takes less, `--precision bf16` about half as much for values. `netc report --memory SIZE` says
      what is possible without training.
      """)
}
