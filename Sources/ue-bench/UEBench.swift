import ArgumentParser
import Compute
import Foundation
import Random

@main
struct UEBench: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "ue-bench")
  mutating func run() throws {
    var random = RandomStream(seed: 1, purpose: "bench")
    func tensor(_ shape: [Int], tape: Tape? = nil) -> Tensor {
      Tensor((0..<shape.reduce(1, *)).map { _ in random.uniform(-1, 1) }, shape: shape, tape: tape)
    }
    func time(_ body: () -> Void) -> Double {
      body(); body()
      var best = [Double]()
      for _ in 0..<7 { let s = DispatchTime.now().uptimeNanoseconds; body(); best.append(Double(DispatchTime.now().uptimeNanoseconds - s) * 1e-9) }
      return best.sorted()[3]
    }
    for (k, s, p, ci, co, h, n, transposed) in [(3,1,1,64,64,32,64,false), (3,1,1,128,128,16,64,false), (3,1,1,256,256,8,64,false), (3,1,1,512,512,4,64,false), (3,2,1,64,128,32,64,false), (1,1,0,128,256,16,64,false), (1,1,0,256,128,16,64,false), (1,2,0,64,128,32,64,false), (3,1,1,3,64,32,64,false), (4,2,1,128,64,16,64,true), (3,1,1,64,32,32,64,true), (3,1,1,32,3,32,64,true)] {
      let x = tensor([n,h,h,ci])
      let weight = Parameter("w", shape: transposed ? [ci,co,k,k] : [co,ci,k,k], values: (0..<co*ci*k*k).map { _ in random.uniform(-0.1, 0.1) })
      func run(_ x: Tensor) -> Tensor { transposed ? transposedConvolution(x, weight: weight, stride: s, padding: p) : convolution(x, weight: weight, stride: s, padding: p) }
      let y = run(x)
      let flop = 2.0 * Double((transposed ? x.count : y.count) * k * k * (transposed ? co : ci))
      let forward = time { _ = run(x) }
      let grad = [Float](repeating: 0.5, count: y.count)
      func both(params: Bool, input: Bool) -> Double {
        time {
          let tape = Tape(differentiatesParameters: params)
          let xt = Tensor(shape: x.shape, sharing: x, tape: tape, requiresGradient: input)
          let y = run(xt)
          weight.clearGradient()
          tape.backward(from: y, gradient: grad)
        }
      }
      let none = both(params: false, input: false)
      let dx = both(params: false, input: true) - none, dw = both(params: true, input: false) - none
      func g(_ t: Double) -> String { String(format: "%.0f GF %.2fms", flop / t / 1e9, t*1e3) }
      print("conv k\(k)s\(s) \(ci)->\(co) @\(h)", transposed ? "T" : "", "fwd", g(forward), "dx", g(dx), "dw", g(dw))
    }
  }
}
