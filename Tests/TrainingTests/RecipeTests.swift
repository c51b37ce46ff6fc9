import TestSupport
import Testing
import Training

@Suite struct RecipeTests {
  private func recipe(epochs: Int, _ change: (inout Recipe) -> Void = { _ in }) -> Recipe {
    var recipe = Recipe(epochs: epochs, batch: 4, learningRate: 0.1, optimization: .adam())
    change(&recipe)
    return recipe
  }

  private func rates(_ recipe: Recipe, _ steps: some Sequence<Int>, stepsPerEpoch: Int) -> [Float] {
    steps.map { recipe.rate(step: $0, stepsPerEpoch: stepsPerEpoch) }
  }

  // s = torch.optim.lr_scheduler.CosineAnnealingLR(torch.optim.SGD([p], lr=0.1), T_max=5)
  // for _ in range(5): print(o.param_groups[0]["lr"]); o.step(); s.step()
  @Test func theRateFallsAlongHalfACosineByEpoch() {
    let expected = [0.1, 0.09045084971874738, 0.06545084971874737, 0.03454915028125263, 0.009549150281252633]
    let found = rates(recipe(epochs: 5), stride(from: 0, to: 15, by: 3), stepsPerEpoch: 3)
    expectClose(found, expected, within: 1e-7, "rates")
    #expect(rates(recipe(epochs: 5), [3, 4, 5], stepsPerEpoch: 3) == [Float](repeating: found[1], count: 3))
  }

  @Test func theRateFallsInEveryStep() {
    let byStep = recipe(epochs: 1) { $0.schedule = .cosineByStep }
    let expected = [0.1, 0.09045084971874738, 0.06545084971874737, 0.03454915028125263, 0.009549150281252633]
    expectClose(rates(byStep, 0..<5, stepsPerEpoch: 5), expected, within: 1e-7, "rates")
    let steps = recipe(epochs: 1) { ($0.schedule, $0.length) = (.cosineByStep, .steps(5)) }
    #expect(rates(steps, 0..<5, stepsPerEpoch: 2) == rates(byStep, 0..<5, stepsPerEpoch: 5))
  }

  @Test func theRateFallsAtTheMilestones() {
    let recipe = recipe(epochs: 10) { $0.schedule = .milestones([0.4, 0.8], factor: 0.1) }
    #expect(
      rates(recipe, [0, 39, 40, 79, 80], stepsPerEpoch: 10) == [0.1, 0.1, 0.1 * 0.1, 0.1 * 0.1, 0.1 * 0.1 * 0.1])
  }

  @Test func theRateMayStayAsItIs() {
    #expect(
      rates(recipe(epochs: 2) { $0.schedule = .constant }, 0..<8, stepsPerEpoch: 4) == [Float](repeating: 0.1, count: 8)
    )
  }

  @Test func theRateRisesBeforeItFalls() {
    let plain = recipe(epochs: 4) { $0.learningRate = 1 }
    let warm = recipe(epochs: 4) { ($0.learningRate, $0.warmUp.length) = (1, .epochs(2)) }
    let cosine = rates(plain, stride(from: 0, to: 8, by: 2), stepsPerEpoch: 2)
    #expect(
      rates(warm, 0..<8, stepsPerEpoch: 2) == [
        cosine[0] / 4, cosine[0] / 2, cosine[1] * 0.75, cosine[1], cosine[2], cosine[2], cosine[3], cosine[3],
      ])
  }

  // torch.optim.lr_scheduler.LinearLR(o, start_factor=0.01, total_iters=10)
  @Test func theFirstStepMayTakeAnyShare() {
    let warm = recipe(epochs: 3) { ($0.schedule, $0.warmUp) = (.constant, Recipe.WarmUp(epochs: 1, start: 0.01)) }
    expectClose(rates(warm, [0, 5, 10, 11], stepsPerEpoch: 10), [0.001, 0.0505, 0.1, 0.1], within: 1e-6, "rates")
    #expect(warm.rate(step: 0, stepsPerEpoch: 10) == 0.001)
  }

  @Test func aRiseMayBeCountedInSteps() {
    let warm = recipe(epochs: 1) {
      ($0.length, $0.schedule, $0.learningRate, $0.warmUp.length) = (.steps(10), .constant, 1, .steps(4))
    }
    #expect((0..<6).map { warm.rate(step: $0, stepsPerEpoch: 3) } == [0.25, 0.5, 0.75, 1, 1, 1])
  }

  @Test func aLengthInStepsMayEndWithinAnEpoch() {
    let steps = recipe(epochs: 1) { $0.length = .steps(7) }
    #expect(steps.steps(perEpoch: 3) == 7)
    #expect(steps.epochs(stepsPerEpoch: 3) == 3)
    #expect(recipe(epochs: 4).steps(perEpoch: 3) == 12)
  }
}
