// swift-tools-version: 6.1
import PackageDescription

// SwiftPM refuses unsafe flags in a package that another one depends on. They only serve the debug
// build of this package itself, where unoptimised kernels would make the tests crawl.
let isDependency = Context.packageDirectory.contains("/checkouts/")
let kernelFlags: [CSetting] =
  isDependency ? [] : [.unsafeFlags(["-O3", "-fno-math-errno", "-Wall", "-Wextra"])]

// `netc --version` names the commit; only one small file is compiled anew when it changes.
let commit =
  Context.gitInformation.map { String($0.currentCommit.prefix(10)) + ($0.hasUncommittedChanges ? "+" : "") }
  ?? "unknown"

let package = Package(
  name: "netc",
  products: [
    .executable(name: "netc", targets: ["netc"])
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0")
  ],
  targets: [
    // Foreign code, each behind one importer.
    .systemLibrary(
      name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"]), .brew(["libyaml"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
    .systemLibrary(
      name: "CJPEG", pkgConfig: "libjpeg", providers: [.apt(["libjpeg-dev"]), .brew(["jpeg-turbo"])]),
    .target(name: "CImages", dependencies: ["CJPEG", "CPNG"], cSettings: kernelFlags),
    .target(name: "CKernels", cSettings: kernelFlags),
    .target(name: "CThreads"),
    .target(name: "CGPU"),
    .target(name: "CBuildInfo", cSettings: [.define("NETC_COMMIT", to: "\"\(commit)\"")]),

    // The front end: text to typed layers.
    .target(name: "Diagnostics"),
    .target(name: "YAMLSyntax", dependencies: ["CYAML", "Diagnostics"]),
    .target(name: "NetIR"),
    .target(name: "Layers", dependencies: ["Diagnostics", "NetIR", "Training", "YAMLSyntax"]),
    .target(name: "Formatting", dependencies: ["Diagnostics", "Layers", "YAMLSyntax"]),

    // The middle: layers to a plan.
    .target(name: "Compiler", dependencies: ["Layers", "NetIR"]),
    // Networks as C for other programs.
    .target(name: "CEmitter", dependencies: ["Compiler", "NetIR"]),
    // How parameters follow their gradients.
    .target(name: "Training"),

    // The back end: the plan at work.
    .target(name: "Runtime", dependencies: ["CThreads", "NetIR"]),
    .target(name: "CPUBackend", dependencies: ["CKernels", "NetIR", "Runtime", "Training"]),
    .target(name: "GPUKernels", dependencies: ["NetIR"]),
    .target(
      name: "GPUBackend",
      dependencies: ["CGPU", "Diagnostics", "Exchange", "GPUKernels", "NetIR", "Runtime", "Training"]),

    // Files.
    .target(name: "Exchange", dependencies: ["CZlib", "Diagnostics", "NetIR"]),
    .target(name: "Images", dependencies: ["CImages", "Diagnostics", "Exchange", "NetIR"]),
    .target(name: "DataPipeline", dependencies: ["CZlib", "Diagnostics", "Exchange", "Images", "NetIR", "Runtime"]),
    .target(name: "Importing", dependencies: ["Diagnostics", "Exchange", "NetIR"]),
    .target(name: "ONNX", dependencies: ["Exchange", "Importing", "NetIR"]),

    // Training: examples, the loop, checkpoints.
    .target(
      name: "TrainingLoop",
      dependencies: [
        "Compiler", "DataPipeline", "Diagnostics", "Exchange", "Images", "Layers", "NetIR", "Runtime", "Training",
      ]),

    // Editors.
    .target(
      name: "LanguageServer",
      dependencies: ["Compiler", "Diagnostics", "Exchange", "Formatting", "Layers", "NetIR", "YAMLSyntax"]),

    // Pictures of graphs.
    .target(name: "Drawing"),

    // The commands.
    .target(
      name: "Driver",
      dependencies: [
        "CBuildInfo", "CEmitter", "Compiler", "CPUBackend", "DataPipeline", "Diagnostics", "Drawing", "Exchange",
        "Formatting", "GPUBackend", "Images", "Importing", "LanguageServer", "Layers", "NetIR", "ONNX", "Runtime",
        "Training", "TrainingLoop", "YAMLSyntax",
      ]),
    .executableTarget(
      name: "netc",
      dependencies: ["Driver", .product(name: "ArgumentParser", package: "swift-argument-parser")]),
    // What other programs import.
    .target(name: "Netc", dependencies: ["Driver"]),

    // Tests mirror the modules.
    .testTarget(name: "NetcTests", dependencies: ["FileTestSupport", "Netc"]),
    .testTarget(name: "NetIRTests", dependencies: ["Exchange", "FileTestSupport", "NetIR"]),
    .testTarget(
      name: "LayersTests",
      dependencies: ["Diagnostics", "FileTestSupport", "Layers", "NetIR", "Training", "YAMLSyntax"]),
    .testTarget(
      name: "FormattingTests",
      dependencies: ["Diagnostics", "Driver", "FileTestSupport", "Formatting", "Layers", "YAMLSyntax", "netc"]),
    .testTarget(
      name: "CompilerTests",
      dependencies: ["CPUBackend", "Compiler", "FileTestSupport", "Layers", "NetIR", "NetworkTestSupport"]),
    .testTarget(
      name: "TrainingTests",
      dependencies: [
        "CPUBackend", "Compiler", "Exchange", "FileTestSupport", "Layers", "NetIR", "NetworkTestSupport", "Runtime",
        "Training",
      ],
      exclude: ["references"]),
    .testTarget(
      name: "TrainingLoopTests",
      dependencies: [
        "CPUBackend", "Compiler", "DataPipeline", "Diagnostics", "Exchange", "FileTestSupport", "Layers", "NetIR",
        "NetworkTestSupport", "Runtime", "Training", "TrainingLoop",
      ]),
    .testTarget(
      name: "CEmitterTests",
      dependencies: [
        "CEmitter", "CPUBackend", "Compiler", "Driver", "FileTestSupport", "Layers", "NetIR", "NetworkTestSupport",
      ]),
    .testTarget(name: "RuntimeTests", dependencies: ["NetIR", "Runtime"]),
    .testTarget(
      name: "CPUBackendTests",
      dependencies: [
        "CKernels", "CPUBackend", "Compiler", "Exchange", "FileTestSupport", "Layers", "NetIR", "NetworkTestSupport",
        "Runtime", "Training",
      ]),
    .testTarget(
      name: "GPUBackendTests",
      dependencies: [
        "CGPU", "CPUBackend", "Compiler", "DataPipeline", "Diagnostics", "Driver", "Exchange", "FileTestSupport",
        "GPUBackend", "GPUKernels", "GPUTestSupport", "Layers", "NetIR", "NetworkTestSupport", "Runtime", "Training",
        "TrainingLoop",
      ]),
    .testTarget(
      name: "DriverTests",
      dependencies: [
        "CPUBackend", "Compiler", "DataPipeline", "Diagnostics", "Driver", "Exchange", "FileTestSupport", "Importing",
        "Layers", "NetIR", "NetworkTestSupport", "ONNX",
      ],
      exclude: ["Names"]),
    .testTarget(
      name: "DrawingTests",
      dependencies: [
        "CPUBackend", "Compiler", "Diagnostics", "Drawing", "Driver", "FileTestSupport", "Layers", "NetIR",
      ]),
    .testTarget(
      name: "CLITests",
      dependencies: ["DataPipeline", "Diagnostics", "Exchange", "FileTestSupport", "GPUTestSupport", "Images", "netc"]),
    .testTarget(
      name: "LanguageServerTests",
      dependencies: ["Diagnostics", "Driver", "Exchange", "FileTestSupport", "LanguageServer", "Layers", "YAMLSyntax"],
      exclude: ["validate.py"]),
    .testTarget(
      name: "GoldenTests",
      dependencies: [
        "CEmitter", "CPUBackend", "Compiler", "Diagnostics", "Driver", "FileTestSupport", "Layers", "netc",
      ]),
    .testTarget(
      name: "FuzzTests",
      dependencies: [
        "CPUBackend", "Compiler", "Diagnostics", "FileTestSupport", "Layers", "NetIR", "YAMLSyntax",
      ],
      exclude: ["Corpus"]),
    // A driver without a device: tests compile Tests/FakeGPU when they need it.
    .target(name: "GPUTestSupport", dependencies: ["FileTestSupport"], path: "Tests/GPUTestSupport"),
    .target(name: "FileTestSupport", dependencies: ["Diagnostics"], path: "Tests/FileTestSupport"),
    .target(
      name: "NetworkTestSupport",
      dependencies: [
        "Compiler", "Diagnostics", "Driver", "FileTestSupport", "Layers", "NetIR", "Training", "YAMLSyntax",
      ],
      path: "Tests/NetworkTestSupport"),
    .testTarget(name: "KernelTests", dependencies: ["CKernels"]),
    .testTarget(name: "DiagnosticsTests", dependencies: ["Diagnostics", "YAMLSyntax"]),
    .testTarget(name: "YAMLSyntaxTests", dependencies: ["Diagnostics", "YAMLSyntax"]),
    .testTarget(name: "YAMLTestSuiteTests", dependencies: ["Diagnostics", "YAMLSyntax"]),
    .testTarget(name: "ExchangeTests", dependencies: ["Diagnostics", "Exchange", "FileTestSupport"]),
    .testTarget(
      name: "ImportingTests",
      dependencies: [
        "CPUBackend", "Compiler", "DataPipeline", "Diagnostics", "Driver", "Exchange", "FileTestSupport", "Importing",
        "Layers", "NetIR", "NetworkTestSupport",
      ]),
    .testTarget(
      name: "ONNXTests",
      dependencies: [
        "CPUBackend", "Compiler", "DataPipeline", "Diagnostics", "Driver", "Exchange", "FileTestSupport", "Importing",
        "Layers", "NetIR", "NetworkTestSupport", "ONNX", "Runtime",
      ],
      exclude: ["node_tests.py", "run_model.py", "zoo_check.py"]),
    .testTarget(
      name: "ImagesTests", dependencies: ["Diagnostics", "Exchange", "FileTestSupport", "Images", "NetIR"]),
    .testTarget(
      name: "DataPipelineTests",
      dependencies: ["DataPipeline", "Diagnostics", "Exchange", "FileTestSupport", "Images", "NetIR", "Runtime"]),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c17
)
