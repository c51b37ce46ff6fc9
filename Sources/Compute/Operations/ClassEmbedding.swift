/// The rows of a table that belong to the labels, added to z:
///
///     y[n, i, j, c] = z[n, i, j, c] + table[label[n], c, i, j]
///
/// z is [N, H, W, C]; the table is [classes, C·H·W] in PyTorch's planar order; one label in 0..<classes a record.
/// Saves nothing. Backward: dz = dy, sharing its storage; dtable[k] = Σ dy[n] over the records of label k.
package func classEmbedding(_ z: Tensor, table: Parameter, labels: [Int]) -> Tensor {
  precondition(
    z.shape.count == 4 && table.shape.count == 2 && labels.count == z.shape[0]
      && table.shape[1] == z.shape[1] * z.shape[2] * z.shape[3],
    "class embedding of \(z.shape) by \(table.shape), \(labels.count) labels")
  precondition(labels.allSatisfy { (0..<table.shape[0]).contains($0) }, "a label is not in 0..<\(table.shape[0])")
  let kernel = ClassEmbeddingKernel(pixels: z.shape[1] * z.shape[2], channels: z.shape[3])
  let batch = BatchSums(z.shape, z.tape)
  let y = Tensor(shape: z.shape, tape: z.tape)
  Profile.span("ClassEmbedding", .arrays(3, of: z.count)) {
    kernel.forward(z.storage, table: table.value, labels: labels, y: y.storage)
  }
  y.tape?.record {
    guard let dy = y.takeGradient() else { return }
    if y.tape?.differentiatesParameters == true {
      table.addGradient(of: batch.sharers) { destination, accumulate in
        Profile.span("ClassEmbedding", .arrays(2, of: z.count)) {
          kernel.backward(dy, labels: labels, batch.parts, table: destination, accumulate: accumulate)
        }
      }
    }
    z.addGradient(sharing: dy)
  }
  return y
}
