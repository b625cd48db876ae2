import NetIR

extension StandaloneC {
  /// A program that reads the inputs' floats from standard input and prints the outputs' numbers.
  func example() -> String {
    let inputs = zip(program.inputs, sizeNames("INPUT", program.inputs))
    let outputs = zip(program.outputs, sizeNames("OUTPUT", program.outputs))
    let buffers = (Array(inputs) + Array(outputs) + [("arena", "\(prefix)_ARENA_FLOATS")])
      .map { "static float \($0)[\($1)];\n" }.joined()
    let weights = "static float weights[\(prefix)_WEIGHTS_FLOATS];\n"
    let reading = inputs.map { name, size in
      "  if (fread(\(name), sizeof(float), \(size), stdin) != \(size)) return 1;\n"
    }
    let arguments = (hasWeightsParameter ? ["weights"] : []) + program.inputs + program.outputs + ["arena"]
    let shown = graph.outputs.first.map { graph[$0].shape.elements } ?? 0
    let isNamed = !classes.isEmpty && shown == classes.count && program.outputs.count == 1
    let printing = outputs.map { name, size in
      let value =
        isNamed
        ? "printf(\"%-24s %.9g\\n\", \(self.name)_classes[i], (double)\(name)[i])"
        : "printf(\"%.9g\\n\", (double)\(name)[i])"
      return "  for (int i = 0; i < \(size); i++) \(value);\n"
    }
    return """
      /* An example for \(name).h: reads the input as floats of this machine from standard input, prints the output.
       *   cc -std=c11 -O3 \(name).c \(name)_main.c -lm -o \(name)
       */
      #include "\(name).h"

      #include <stdio.h>

      \(buffers)\(hasWeightsParameter ? weights : "")
      int main(void) {
      \(hasWeightsParameter ? loading : "")\(reading.joined())  \(name)_run(\(arguments.joined(separator: ", ")));
      \(printing.joined())  return 0;
      }

      """
  }

  private var loading: String {
    """
      FILE *file = fopen("\(name).weights", "rb");
      if (!file || fread(weights, sizeof(float), \(prefix)_WEIGHTS_FLOATS, file) != \(prefix)_WEIGHTS_FLOATS) return 1;
      fclose(file);
      if (!\(name)_weights_are_right(weights)) return 1;

    """
  }
}
