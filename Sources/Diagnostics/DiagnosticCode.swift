/// What netc can complain about. The raw value is the code that people look up with `netc explain`.
///
/// Codes are grouped by the phase that finds them: N00 syntax, N01 schema, N02 shapes, N03 graph, N04 target,
/// N05 data and weights, N06 training, W warnings. A code once shipped keeps its meaning.
package enum DiagnosticCode: String, CaseIterable, Sendable {
  // Syntax of YAML
  case yamlSyntax = "N0001"
  case duplicateKey = "N0002"
  case undefinedAlias = "N0003"
  case secondDocument = "N0004"
  case tabIndentation = "N0005"
  case badEncoding = "N0006"
  case tooDeep = "N0007"
  case emptyDocument = "N0008"
  case badMerge = "N0009"
  case recursiveAlias = "N0010"
  case unreadableSpec = "N0011"
  // Keys, types and values of a spec
  case unknownTopLevelKey = "N0101"
  case unknownLayerType = "N0102"
  case unknownParameter = "N0103"
  case missingParameter = "N0104"
  case wrongType = "N0105"
  case outOfRange = "N0106"
  case duplicateLayerName = "N0107"
  case malformedLayer = "N0108"
  case badLayerName = "N0109"
  case unknownNonlinearity = "N0110"
  case unknownInitialiser = "N0111"
  case noLayers = "N0112"
  case conflictingParameters = "N0113"
  case unknownConstant = "N0114"
  case badExpression = "N0115"
  case recursiveBlock = "N0116"
  case badInclude = "N0117"
  case expansionTooLarge = "N0118"
  case unknownBaseLayer = "N0119"
  case unknownPattern = "N0120"
  case notYetSupported = "N0190"
  // Shapes of tensors
  case wrongRank = "N0201"
  case unknownDimension = "N0202"
  case filterTooLarge = "N0203"
  case windowTooLarge = "N0204"
  case groupsDoNotDivide = "N0205"
  case reshapeMismatch = "N0206"
  case mergeShapesDiffer = "N0207"
  case concatShapesDiffer = "N0208"
  case tooLarge = "N0209"
  case tiedShapeDiffers = "N0210"
  case badAxis = "N0211"
  case padTooLarge = "N0212"
  case cropTooLarge = "N0213"
  // How layers are connected
  case unknownIncoming = "N0301"
  case cycle = "N0302"
  case wrongIncomingCount = "N0303"
  case noIncoming = "N0304"
  case unknownOutput = "N0305"
  case unknownTie = "N0306"
  case tieCycle = "N0307"
  // Targets and options
  case unknownTarget = "N0401"
  case unsupportedOnTarget = "N0402"
  case badOption = "N0403"
  // Data, weights and artefacts
  case unreadableFile = "N0501"
  case damagedSafetensors = "N0502"
  case missingTensor = "N0503"
  case unexpectedTensor = "N0504"
  case tensorShapeDiffers = "N0505"
  case unsupportedType = "N0506"
  case inputShapeDiffers = "N0507"
  case damagedNpy = "N0508"
  case damagedIdx = "N0509"
  case damagedGzip = "N0510"
  case damagedArtefact = "N0511"
  case newerArtefact = "N0512"
  case cannotWrite = "N0513"
  case unknownFormat = "N0514"
  case emptyInput = "N0515"
  case damagedCifar = "N0516"
  case damagedCsv = "N0517"
  case badTargets = "N0518"
  case damagedPicture = "N0519"
  case damagedModel = "N0520"
  case unsupportedModel = "N0521"
  // Training
  case noTrainingData = "N0601"
  case notTrainable = "N0602"
  case diverged = "N0603"
  case cannotResume = "N0604"
  case outOfMemory = "N0605"
  // Warnings
  case unusedBlock = "W0101"
  case unusedConstant = "W0102"
  case droppedRows = "W0201"
  case evenSameFilter = "W0202"
  case receptiveField = "W0203"
  case lowCapacity = "W0204"
  case filterBeyondImage = "W0205"
  case hugeDense = "W0206"
  case unusedLayer = "W0301"
  case repeatedNonlinearity = "W0302"
  case dropoutAtOutput = "W0303"
  case softmaxOfOne = "W0304"
  case biasBeforeNorm = "W0305"
  case objectiveMismatch = "W0306"
  case classCount = "W0307"
}

extension DiagnosticCode {
  /// The case name in kebab case, such as "filter-too-large".
  package var name: String {
    "\(self)".reduce(into: "") { name, letter in
      if letter.isUppercase { name += "-" }
      name += letter.lowercased()
    }
  }

  package var isWarning: Bool { rawValue.hasPrefix("W") }

  /// The heading of the essay.
  package var title: String { entry.title }

  /// What it means, why it is so, how to mend it. Paragraphs are parted by an empty line; the line breaks
  /// inside a paragraph carry no meaning.
  package var essay: String { entry.essay }

  /// A small spec that has this fault and no other; nil for faults that a spec cannot have.
  package var example: String? { entry.example }

  /// The example mended.
  package var fixed: String? { entry.fixed }

  private var entry: CatalogueEntry {
    switch self {
    case .yamlSyntax: return SyntaxCodes.yamlSyntax
    case .duplicateKey: return SyntaxCodes.duplicateKey
    case .undefinedAlias: return SyntaxCodes.undefinedAlias
    case .secondDocument: return SyntaxCodes.secondDocument
    case .tabIndentation: return SyntaxCodes.tabIndentation
    case .badEncoding: return SyntaxCodes.badEncoding
    case .tooDeep: return SyntaxCodes.tooDeep
    case .emptyDocument: return SyntaxCodes.emptyDocument
    case .badMerge: return SyntaxCodes.badMerge
    case .recursiveAlias: return SyntaxCodes.recursiveAlias
    case .unreadableSpec: return SyntaxCodes.unreadableSpec
    case .unknownTopLevelKey: return SchemaCodes.unknownTopLevelKey
    case .unknownLayerType: return SchemaCodes.unknownLayerType
    case .unknownParameter: return SchemaCodes.unknownParameter
    case .missingParameter: return SchemaCodes.missingParameter
    case .wrongType: return SchemaCodes.wrongType
    case .outOfRange: return SchemaCodes.outOfRange
    case .duplicateLayerName: return SchemaCodes.duplicateLayerName
    case .malformedLayer: return SchemaCodes.malformedLayer
    case .badLayerName: return SchemaCodes.badLayerName
    case .unknownNonlinearity: return SchemaCodes.unknownNonlinearity
    case .unknownInitialiser: return SchemaCodes.unknownInitialiser
    case .noLayers: return SchemaCodes.noLayers
    case .conflictingParameters: return SchemaCodes.conflictingParameters
    case .unknownBaseLayer: return ExpansionCodes.unknownBaseLayer
    case .expansionTooLarge: return ExpansionCodes.expansionTooLarge
    case .badInclude: return ExpansionCodes.badInclude
    case .recursiveBlock: return ExpansionCodes.recursiveBlock
    case .badExpression: return ExpansionCodes.badExpression
    case .unknownConstant: return ExpansionCodes.unknownConstant
    case .unknownPattern: return TrainingCodes.unknownPattern
    case .notYetSupported: return SchemaCodes.notYetSupported
    case .wrongRank: return ShapeCodes.wrongRank
    case .unknownDimension: return ShapeCodes.unknownDimension
    case .filterTooLarge: return ShapeCodes.filterTooLarge
    case .windowTooLarge: return ShapeCodes.windowTooLarge
    case .groupsDoNotDivide: return ShapeCodes.groupsDoNotDivide
    case .reshapeMismatch: return ShapeCodes.reshapeMismatch
    case .mergeShapesDiffer: return ShapeCodes.mergeShapesDiffer
    case .concatShapesDiffer: return ShapeCodes.concatShapesDiffer
    case .tooLarge: return ShapeCodes.tooLarge
    case .tiedShapeDiffers: return ShapeCodes.tiedShapeDiffers
    case .badAxis: return ShapeCodes.badAxis
    case .padTooLarge: return ShapeCodes.padTooLarge
    case .cropTooLarge: return ShapeCodes.cropTooLarge
    case .unknownIncoming: return GraphCodes.unknownIncoming
    case .cycle: return GraphCodes.cycle
    case .wrongIncomingCount: return GraphCodes.wrongIncomingCount
    case .noIncoming: return GraphCodes.noIncoming
    case .unknownOutput: return GraphCodes.unknownOutput
    case .unknownTie: return GraphCodes.unknownTie
    case .tieCycle: return GraphCodes.tieCycle
    case .unknownTarget: return TargetCodes.unknownTarget
    case .unsupportedOnTarget: return TargetCodes.unsupportedOnTarget
    case .badOption: return TargetCodes.badOption
    case .unreadableFile: return DataCodes.unreadableFile
    case .damagedSafetensors: return DataCodes.damagedSafetensors
    case .missingTensor: return DataCodes.missingTensor
    case .unexpectedTensor: return DataCodes.unexpectedTensor
    case .tensorShapeDiffers: return DataCodes.tensorShapeDiffers
    case .unsupportedType: return DataCodes.unsupportedType
    case .inputShapeDiffers: return DataCodes.inputShapeDiffers
    case .damagedNpy: return DataCodes.damagedNpy
    case .damagedIdx: return DataCodes.damagedIdx
    case .damagedGzip: return DataCodes.damagedGzip
    case .damagedArtefact: return DataCodes.damagedArtefact
    case .newerArtefact: return DataCodes.newerArtefact
    case .cannotWrite: return DataCodes.cannotWrite
    case .unknownFormat: return DataCodes.unknownFormat
    case .emptyInput: return DataCodes.emptyInput
    case .damagedCifar: return DataCodes.damagedCifar
    case .damagedCsv: return DataCodes.damagedCsv
    case .badTargets: return DataCodes.badTargets
    case .damagedPicture: return DataCodes.damagedPicture
    case .damagedModel: return DataCodes.damagedModel
    case .unsupportedModel: return DataCodes.unsupportedModel
    case .noTrainingData: return TrainingCodes.noTrainingData
    case .notTrainable: return TrainingCodes.notTrainable
    case .diverged: return TrainingCodes.diverged
    case .cannotResume: return TrainingCodes.cannotResume
    case .outOfMemory: return TrainingCodes.outOfMemory
    case .unusedBlock: return LintCodes.unusedBlock
    case .unusedConstant: return LintCodes.unusedConstant
    case .droppedRows: return WarningCodes.droppedRows
    case .evenSameFilter: return WarningCodes.evenSameFilter
    case .receptiveField: return LintCodes.receptiveField
    case .lowCapacity: return LintCodes.lowCapacity
    case .filterBeyondImage: return LintCodes.filterBeyondImage
    case .hugeDense: return LintCodes.hugeDense
    case .unusedLayer: return WarningCodes.unusedLayer
    case .repeatedNonlinearity: return LintCodes.repeatedNonlinearity
    case .dropoutAtOutput: return LintCodes.dropoutAtOutput
    case .softmaxOfOne: return LintCodes.softmaxOfOne
    case .biasBeforeNorm: return LintCodes.biasBeforeNorm
    case .objectiveMismatch: return LintCodes.objectiveMismatch
    case .classCount: return LintCodes.classCount
    }
  }
}
