// The tables of docs/coming_from_pytorch.md: each of our calls stands here once, is compiled and
// run, and is what the page shows. With ADAFUSE_WRITE_PAGES=1 in the environment the tables of the
// page are written anew.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <unistd.h>

#include <adafuse/adafuse.hpp>
#include <adafuse/io/weights_file.hpp>
#include <adafuse/train/save.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace coming_from_pytorch_test {

using namespace adafuse;

namespace {

struct Row {
  std::string topic, theirs, ours, differs;
};

/// Code as the page shows it, whatever its lines were here.
std::string cell(std::string code) {
  for (const auto& [broken, whole] :
       {std::pair{"( ", "("}, std::pair{" )", ")"}, std::pair{"|", "\\|"}})
    for (std::size_t at = 0; (at = code.find(broken, at)) != code.npos;
         at += std::string(whole).size())
      code.replace(at, std::string(broken).size(), whole);
  return "`" + code + "`";
}

std::string table_of(const std::string& topic, const std::vector<Row>& rows) {
  std::string table = "| PyTorch | here | what differs |\n|---|---|---|\n";
  for (const auto& row : rows)
    if (row.topic == topic)
      table += "| " + cell(row.theirs) + " | " + cell(row.ours) + " | " + row.differs + " |\n";
  return table;
}

/// The page with the table of each topic below the heading of that name.
std::string with_tables(const std::string& page, const std::vector<Row>& rows) {
  std::istringstream lines(page);
  std::string result, topic;
  bool in_table = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("## ")) topic = line.substr(3);
    const bool is_row = line.starts_with("|");
    if (is_row && !in_table) result += table_of(topic, rows);
    if (!is_row) result += line + "\n";
    in_table = is_row;
  }
  return result;
}

// A row whose third cell is an expression, CALL, or statements, CODE; it is run at once.
#define CALL(theirs, differs, ...)                        \
  rows.push_back({topic, theirs, #__VA_ARGS__, differs}); \
  static_cast<void>(__VA_ARGS__)
#define CODE(theirs, differs, ...)                        \
  rows.push_back({topic, theirs, #__VA_ARGS__, differs}); \
  { __VA_ARGS__; }

using Rows = std::vector<Row>;

const Key key(1);

void tensors(Rows& rows) {
  const std::string topic = "Tensors";
  const auto x = Tensor<float>::of({{1, 2, 3}, {4, 5, 6}}), y = x.clone();
  CALL("torch.zeros(2, 3)", "the type of the numbers is always named", Tensor<float>({2, 3}));
  CALL("torch.full((2, 3), 0.5)", "", Tensor<float>::full({2, 3}, 0.5f));
  CALL("torch.tensor([[1., 2.], [3., 4.]])", "up to three levels",
       Tensor<float>::of({{1, 2}, {3, 4}}));
  CALL("torch.arange(5)", "from 0, in steps of 1", Tensor<std::int64_t>::arange(5));
  CALL("torch.randn(2, 3)", "a key names the numbers: no seed is set, no generator moves",
       Tensor<float>::randn({2, 3}, key.of("noise")));
  CALL("torch.randint(10, (2, 3))", "`randperm`, `bernoulli`, `multinomial` take keys as well",
       randint(10, {2, 3}, key.of("labels")));
  CODE("x.dim(); x.numel()", "`x.shape()` and `x.size(0)` are the same", x.rank(); x.size());
  CALL("x.double()", "nothing is promoted: `float` and `double` are not added", x.cast<double>());
  CALL("x.view(3, -1)", "shares the numbers, as `x[0]` and `x.narrow(0, 1)` do",
       x.reshape({3, -1}));
  CALL("x[0, 1]", "a reference to the number; negative positions are an error", x(0, 1));
  CALL("x[:, 1:3]", "a copy; beyond the end it is an error", slice(x, 1, 1, 3));
  CALL("x[:, -1]", "", select(x, 1, -1));
  CALL("x[i]", "`i` is a `Tensor<std::int64_t>`",
       index_select(x, 0, Tensor<std::int64_t>::of({1, 0})));
  CALL("x.unsqueeze(0), x.T", "", transpose(unsqueeze(x, 0), 1, 2));
  CALL("torch.cat([x, y], 1)", "`stack` alike", cat({x, y}, 1));
}

void operations(Rows& rows) {
  const std::string topic = "Operations";
  const auto x = parameter(Tensor<float>::of({{1, 2, 3}, {4, 5, 6}}));
  const auto y = Tensor<float>::ones({2, 3});
  const auto images = Tensor<float>::ones({1, 1, 4, 4}),
             filters = Tensor<float>::ones({2, 1, 3, 3});
  const auto queries = Tensor<float>::ones({1, 4, 8});
  const auto labels = Tensor<std::int64_t>::of({0, 2});
  CALL("x + y, 2 * x", "of tensors alone a tensor, also `+=`; with a variable a variable",
       x + 2 * y);
  CALL("x @ y.T", "`linear(x, weight, bias)` too", matmul(x, y, {.transpose_b = true}));
  CALL("x > 0", "a `Tensor<std::uint8_t>` of 0 and 1", x > 0);
  CALL("torch.where(x > 0, x, 0)", "", where(x > 0, x, 0));
  CALL("x.sum(1, keepdim=True)", "options are named", sum(x, 1, {.keepdim = true}));
  CALL("x.mean((0, 1))", "", mean(x, {0, 1}));
  CALL("x.max(1)", "the values; positions are `argmax(x, 1)`", max(x, 1));
  CALL("x.std(0, unbiased=False)", "`std` is the name of a namespace",
       stddev(x, 0, {.correction = 0}));
  CALL("x.topk(2).indices", "`sort` alike", topk(x, 2).indices);
  CALL("F.gelu(x, approximate=\"tanh\")", "what torch writes as text is an enumeration",
       gelu(x, {.approximate = Approximate::tanh}));
  CALL("F.cross_entropy(x, t, ignore_index=-100)", "no label is left out unless one is named",
       cross_entropy(x, labels, {.ignore_index = -100}));
  CALL("F.mse_loss(x, y, reduction=\"sum\")", "shapes that differ are an error",
       mse_loss(x, y, {.reduction = Reduction::sum}));
  CALL("F.one_hot(t, 3).float()", "", one_hot<float>(labels, 3));
  CALL("F.dropout(x, 0.5)", "what draws is given a key", dropout(x, 0.5, key.of("drop")));
  CALL("F.layer_norm(x, (3,))", "", layer_norm(x, {3}));
  CALL("F.conv2d(x, w, padding=1)", "", conv2d(images, filters, {.padding = 1}));
  CALL("F.max_pool2d(x, 2)", "", max_pool2d(images, {.kernel = 2}));
  CALL("F.interpolate(x, scale_factor=2, mode=\"bilinear\")", "",
       interpolate(images, {.scale_factor = 2, .mode = InterpolateMode::bilinear}));
  CALL("F.scaled_dot_product_attention(q, k, v, is_causal=True)", "",
       scaled_dot_product_attention(queries, queries, queries, {.causal = true}));
}

void derivatives(Rows& rows) {
  const std::string topic = "Derivatives";
  const auto x = Tensor<double>::of({1, 2}), v = x;
  const auto w = parameter(Tensor<double>::of({3, 4}));
  const auto f = [](const Variable<double>& at) { return sum(at * at * at); };
  const auto twice = [](const Variable<double>& dw) { return 2 * dw; };
  const auto pullback = [](const Variable<double>& dy) -> Gradients<double> { return {2 * dy}; };
  const auto loss = [=] { return sum(w * w); };
  CALL("torch.tensor(x, requires_grad=True)", "a tensor has no history, a variable may have one",
       parameter(x));
  CODE("loss.backward()", "gradients add up, there and here", backward(loss()));
  CALL("w.grad", "undefined before the first `backward`", w.grad());
  CALL("w.detach()", "`w.value()` is the tensor", w.detach());
  CODE("with torch.no_grad():", "until the end of the block", const NoGrad guard);
  CALL("torch.autograd.grad(y, w, create_graph=True)", "of lists; `backward` has no create_graph",
       grad<double>({loss()}, {w}, {.create_graph = true}));
  CALL("torch.autograd.functional.hvp(f, x, v)", "`vjp`, `jvp`, `vhp`, `jacobian`, `hessian` alike",
       hvp(f, x, v).second);
  CALL("torch.utils.checkpoint.checkpoint(f, x)", "of a layer: `nn::checkpoint(layer, x, ctx)`",
       checkpoint(f, w));
  CODE("w.register_hook(f)", "returns nothing: a hook stays", w.add_hook(twice));
  CALL("torch.autograd.Function", "a function that ends in `record`",
       record("twice", 2 * w.value(), {w}, pullback));
  CALL("torch.autograd.gradcheck(f, x)", "of a vector of inputs; `gradgradcheck` alike",
       gradcheck("f", [=](const auto& in) { return f(in[0]); }, {x}));
}

void layers(Rows& rows) {
  const std::string topic = "Layers";
  using Sequential = nn::Sequential<nn::Linear<float>, nn::Relu<float>>;
  const Sequential net(nn::Linear<float>({.in = 3, .out = 2}, key.of("0")), nn::Relu<float>());
  nn::Linear<float> layer({.in = 3, .out = 2}, key.of("layer"));
  const auto x = Tensor<float>::ones({4, 3});
  CALL("nn.Linear(3, 2)", "a key draws the weights, another for each layer",
       nn::Linear<float>({.in = 3, .out = 2}, key.of("fc1")));
  CALL("nn.Conv2d(3, 8, 3, padding=1)", "no bias unless `.bias = true`; starts as torchvision's",
       nn::Conv2d<float>({.in = 3, .out = 8, .kernel = 3, .padding = 1}, key.of("conv1")));
  CALL("nn.BatchNorm2d(8)", "", nn::BatchNorm2d<float>({.channels = 8}));
  CALL("nn.LayerNorm(8)", "", nn::LayerNorm<float>({.normalized_shape = {8}}));
  CALL("nn.MaxPool2d(2)", "", nn::MaxPool2d<float>{{.kernel = 2}});
  CALL("nn.Dropout(0.5)", "", nn::Dropout<float>(0.5));
  CALL("nn.Embedding(10, 8)", "",
       nn::Embedding<float>({.num_embeddings = 10, .embedding_dim = 8}, key.of("words")));
  CALL("nn.LSTM(3, 8, batch_first=True)", "the batch comes first always; `nn::Gru` alike",
       nn::Lstm<float>({.in = 3, .hidden = 8}, key.of("lstm")));
  CALL("nn.TransformerEncoderLayer(8, 2)", "the batch comes first always",
       nn::TransformerEncoderLayer<float>({.d_model = 8, .nhead = 2}, key.of("0")));
  CALL("nn.ModuleList()", "of one type; `nn::DynamicSequential` of any",
       nn::ModuleList<nn::Linear<float>>());
  CODE("net.train(); net(x)", "the key is what dropout draws from: another for each step",
       nn::Context<float> ctx(true, key.of(1));
       net.forward(x, ctx));
  CODE("net.eval(); net(x)", "a layer without a mode is called `layer(x)` as well",
       nn::Context<float> ctx;
       net.forward(x, ctx));
  CALL("net.parameters()", "", nn::parameters(net));
  CALL("net.state_dict()", "`nn::load_state(net, tensors)` takes them", nn::state_tensors(net));
  CALL("copy.deepcopy(net)", "a module is moved, never copied silently", nn::clone(net));
  CODE("net.requires_grad_(False)", "", nn::requires_grad_(net, false));
  CODE("nn.init.xavier_uniform_(layer.weight)", "before the optimiser is made",
       layer.weight = parameter(nn::xavier_uniform<float>({2, 3}, key)));
}

void training(Rows& rows) {
  const std::string topic = "Training";
  const nn::Linear<float> net({.in = 3, .out = 2}, key.of("net"));
  const auto x = Tensor<float>::ones({4, 3});
  const auto labels = Tensor<std::int64_t>::of({0, 1, 1, 0});
  backward(mean(net(x)));
  auto adam = optim::Adam<float>({{nn::parameters(net)}});
  const auto rate = optim::constant(0.1);
  const Index step = 0;
  optim::ReduceOnPlateau plateau(0.1);
  const data::TensorDataset dataset(x, labels);
  const data::DataLoader loader(dataset, {.batch_size = 2});
  CALL("optim.Adam(net.parameters())", "a list of groups; the rate is given to each step",
       optim::Adam<float>({{nn::parameters(net)}}));
  CALL("optim.AdamW(net.parameters(), weight_decay=0.01)", "0 unless it is given",
       optim::adam_w<float>({{.parameters = nn::parameters(net), .weight_decay = 0.01}}));
  CALL("optim.SGD(net.parameters(), momentum=0.9)", "",
       optim::Sgd<float>({{nn::parameters(net)}}, {.momentum = 0.9}));
  CALL("optim.LBFGS(net.parameters())", "`lbfgs.step(1, closure)`",
       optim::Lbfgs<float>(nn::parameters(net)));
  CODE("adam.zero_grad(); loss.backward(); adam.step()", "", adam.zero_grad();
       backward(cross_entropy(net(x), labels)); adam.step(1e-3));
  CALL("clip_grad_norm_(net.parameters(), 1.0)", "", optim::clip_by_norm(nn::parameters(net), 1.0));
  CALL("CosineAnnealingLR(opt, 100)", "a function from the step to the rate, without a state",
       optim::cosine(0.1, 100));
  CODE("opt.step(); schedule.step()", "", adam.step(rate(step)));
  CODE("ReduceLROnPlateau(opt).step(loss)", "", plateau.observe(0.5); adam.step(plateau.rate()));
  CALL("AveragedModel(net, avg_fn=ema)", "`optim::swa` is the plain mean",
       optim::ema(nn::parameters(net), {.decay = 0.99}));
  CALL("TensorDataset(x, t)", "", data::TensorDataset(x, labels));
  CALL("DataLoader(d, batch_size=2, shuffle=True)", "the key and the epoch fix the order",
       data::DataLoader(dataset, {.batch_size = 2, .shuffle = true, .key = key}));
  CODE("for x, t in loader:", "", for (const auto& [images, t] : loader.epoch(0)) net(images));
}

void files(Rows& rows) {
  const std::string topic = "Files and machine";
  const nn::Linear<float> net({.in = 3, .out = 2}, key.of("net"));
  auto adam = optim::Adam<float>({{nn::parameters(net)}});
  const auto path = std::filesystem::temp_directory_path() /
                    ("coming_from_pytorch_" + std::to_string(::getpid()) + ".safetensors");
  CODE("torch.save({\"net\": net.state_dict(), ...}, path)", "safetensors; all or nothing",
       train::save(path, net, adam));
  CODE("net.load_state_dict(torch.load(path))",
       "says what matched; `{.strict = false}` takes a part", train::load(path, net, adam));
  CALL("torch.load(\"model.pth\")", "reads what torch wrote, and runs nothing that is in it",
       io::read_weights(path));
  std::filesystem::remove(path);
  CODE("torch.set_num_threads(2)", "results do not depend on it", set_num_threads(num_threads()));
  CALL("torch.cuda.max_memory_allocated()", "of large tensors, `used_bytes` at present",
       StoragePool::instance().peak_bytes());
}

std::string read(const std::filesystem::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("coming from PyTorch: the page shows the calls that are compiled here") {
  Rows rows;
  tensors(rows), operations(rows), derivatives(rows), layers(rows), training(rows), files(rows);
  const auto page =
      std::filesystem::path(ADAFUSE_TEST_DIR).parent_path() / "docs/coming_from_pytorch.md";
  const std::string shown = read(page), expected = with_tables(shown, rows);
  for (const auto& row : rows) CHECK(expected.find(cell(row.ours)) != expected.npos);
  if (std::getenv("ADAFUSE_WRITE_PAGES")) std::ofstream(page) << expected;
  CHECK(read(page) == expected);
}

TEST_CASE("coming from PyTorch: tables take the place of tables, below their heading") {
  const Rows rows{{"A", "t.f(x)", "f( x | y )", ""}, {"B", "g", "h", "all"}};
  const std::string head = "| PyTorch | here | what differs |\n|---|---|---|\n";
  CHECK(with_tables("# Page\n\n## A\nText.\n\n| old |\n| older |\n\n## B\n|\n", rows) ==
        "# Page\n\n## A\nText.\n\n" + head + "| `t.f(x)` | `f(x \\| y)` |  |\n\n## B\n" + head +
            "| `g` | `h` | all |\n");
}

}  // namespace coming_from_pytorch_test
