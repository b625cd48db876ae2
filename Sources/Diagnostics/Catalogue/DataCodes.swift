/// N05: files with data, weights or compiled networks.
enum DataCodes {
  static let unreadableFile = CatalogueEntry(
    title: "a file cannot be read",
    essay: """
      The file does not exist, is a folder, or may not be read by this user. The message ends with what the
      operating system said. Paths in a spec count from the folder of the spec, those on the command line
      from the folder in which netc was started.
      """)

  static let damagedSafetensors = CatalogueEntry(
    title: "a safetensors file is damaged",
    essay: """
      A safetensors file begins with the length of a JSON header, which gives the type, shape and place of
      every tensor; the data follow. Something in it contradicts itself: the header is no JSON, a tensor lies
      outside of the file, or two overlap. Nothing of it was used.

      A broken download is the usual reason. Fetch the file again and compare its size.
      """)

  static let missingTensor = CatalogueEntry(
    title: "the weights lack a tensor that the network needs",
    essay: """
      Every parameter of the network must be in the weights file, under the name `<layer>.W`, `<layer>.b` and
      so on. A layer that was renamed, or that has no name and was counted differently, is the usual reason.

      Rename the layer. Where the weights are those of a `base`, `fresh: [conv9]` beside `weights` says that the
      parameters of a layer, or of every layer that a pattern such as `conv[89]*` fits, are meant to be initialised.
      Layers that a spec adds to its base are initialised without a word.
      """)

  static let unexpectedTensor = CatalogueEntry(
    title: "the weights hold a tensor that the network does not use",
    essay: """
      Loading is strict: a tensor that nothing uses often means that a layer has another name, or that a bias
      or a batch norm is missing in the spec, and the network would then compute something else.

      Adapt the spec. Where the weights are those of a `base`, `unused: ["aux*"]` beside `weights` names tensors that
      are meant to be left out; those of layers that `until` and `drop` take away may be there anyway.
      """)

  static let tensorShapeDiffers = CatalogueEntry(
    title: "a tensor has another shape than the network needs",
    essay: """
      Convolution weights are filters × channels per group × height × width; transposed convolutions have
      channels first; dense weights are units × inputs, the inputs flattened in C order. The file has the same
      name with another shape.

      The weights belong to another network, or another order of axes was used when they were written.
      """)

  static let unsupportedType = CatalogueEntry(
    title: "values of this type cannot be read",
    essay: """
      netc reads 32-bit, 16-bit and brain floats, and bytes where images are meant. The file holds another
      type, such as complex numbers, texts or objects.

      Convert it, with NumPy for instance: `array.astype("float32")`.
      """)

  static let inputShapeDiffers = CatalogueEntry(
    title: "the data do not have the shape of the network's input",
    essay: """
      The input is one example, or a batch of them with one more dimension in front: batch × channels × height
      × width. All but the batch must agree with the Input layer.

      Grey images need a channel dimension of 1. Images with the channels last have to be transposed.
      """)

  static let damagedNpy = CatalogueEntry(
    title: "a .npy or .npz file is damaged",
    essay: """
      A .npy file begins with the bytes \\x93NUMPY, a version and a header that gives type, order and shape; a
      .npz file is a zip of these. The file breaks off, or its header and its length contradict each other.

      Write it again with `numpy.save`. Files with pickled objects are never read.
      """)

  static let damagedPicture = CatalogueEntry(
    title: "a picture cannot be decoded",
    essay: """
      netc reads PNG, JPEG and BMP files. This one breaks off before its last pixel, contradicts its own checksums, is
      of a variety that hardly any program writes, or has more than 134 million pixels. A part of a picture is never
      taken for the whole.

      Open it in an image viewer and save it again, or fetch it anew; `file NAME` tells what a file really is. One bad
      file in a folder can be moved out of it.
      """)

  static let damagedModel = CatalogueEntry(
    title: "a model of another format is damaged",
    essay: """
      An ONNX model is a message of protocol buffers: fields with numbers, types and lengths. The file breaks off, a
      length goes beyond the end, or a constant has another number of elements than its sizes say.

      Write it again, and check it with `onnx.checker.check_model`. A model with its numbers in a second file has to be
      saved as one file first.
      """)

  static let unsupportedModel = CatalogueEntry(
    title: "a model has parts that netc cannot say",
    essay: """
      netc imports ConvNets: layers whose weights are numbers, with the batch as the first axis. The model has operators
      beyond that, or uses of them that no layer has; each one is named, nothing is left out or changed in silence, and
      nothing is written.

      Often the part is at the ends, such as the selection of boxes behind a detector: cut it off with
      `onnx.utils.extract_model`. Sizes that are left open, other than the batch, have to be fixed when the model is
      exported.
      """)

  static let damagedIdx = CatalogueEntry(
    title: "an IDX file is damaged",
    essay: """
      IDX is the format of MNIST: two zero bytes, the type, the number of dimensions, the dimensions in
      big-endian order, then the values. The file breaks off or does not begin like that.

      If it was fetched from the web, look inside: it may be an error page.
      """)

  static let damagedGzip = CatalogueEntry(
    title: "a compressed file is damaged",
    essay: """
      The gzip data break off or their check sum is wrong, so the values cannot be trusted and none was used.

      Fetch the file again; `gzip -t` tests it.
      """)

  static let damagedArtefact = CatalogueEntry(
    title: "a compiled network is damaged",
    essay: """
      The file is no compiled network, or its plan, its weights and its check sum do not belong together.
      netc trusts nothing that it reads: it stops before a single step has run.

      Compile the spec again.
      """)

  static let newerArtefact = CatalogueEntry(
    title: "a compiled network was written by a newer netc",
    essay: """
      The format of compiled networks grows with netc. This file has a version that the netc at hand does not
      know, and guessing might give wrong results.

      Use the newer netc, or compile the spec again with this one.
      """)

  static let cannotWrite = CatalogueEntry(
    title: "a file cannot be written",
    essay: """
      The folder does not exist, the disk is full, or this user may not write there. The message ends with
      what the operating system said. A file that was there before is left as it was.
      """)

  static let unknownFormat = CatalogueEntry(
    title: "the format of a file is unknown",
    essay: """
      netc goes by the ending of a name and the first bytes of a file, and knows neither here.

      The message lists the formats that can be used in this place.
      """)

  static let emptyInput = CatalogueEntry(
    title: "there are no examples in the input",
    essay: """
      The file or folder was read, but holds no example: a batch of size 0, or a folder without images that
      netc can read.
      """)

  static let damagedCifar = CatalogueEntry(
    title: "a file does not consist of CIFAR records",
    essay: """
      The binary version of CIFAR-10 has no header: it is one record after the other, a byte for the class and the
      red, green and blue planes of the image. The length of the file must be a multiple of that of a record, 3,073
      bytes for images of 32×32.

      Fetch the file again. Records of larger images need their size: `{cifar10: {files: a.bin, size: 128}}`.
      """)

  static let damagedCsv = CatalogueEntry(
    title: "a table cannot be read",
    essay: """
      Every line is an example, every cell a number, except for the cells of the column that is to be predicted, which
      may be words. Lines have the same number of cells. The first line may name the columns.

      The message gives the line. Semicolons or tabs between cells want `separator: ";"` or `"\\t"`.
      """)

  static let badTargets = CatalogueEntry(
    title: "the targets do not fit the examples or the network",
    essay: """
      There is a target for each example. For an objective over classes it is the number of a class, from 0 and below
      the number of the output's units, or a row with a probability for each of them; for other objectives it has the
      shape of the output.

      Classes that are counted from 1 have to be counted from 0. An output of one number takes one column of targets.
      """)
}
