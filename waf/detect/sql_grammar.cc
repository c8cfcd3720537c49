// The decision. A shape is hostile when it goes on after a finished operand in a way that only SQL
// does, or when it is an expression or a statement by itself. The patterns below match a whole
// window of five tokens:
//
//   letter   that token       [ab]  one of them        .  any token
//   x?       x or nothing     *     any tokens from here on
//   ~        the end, or a way to go on after a condition: a comment, ";", ORDER BY, UNION, a
//   further condition
#include "waf/detect/sql_grammar.h"

#include <algorithm>

#include "waf/base/text.h"

namespace waf {
namespace {

// What may follow a complete condition.
bool isTail(std::string_view rest) {
  if (rest.empty() || rest == ";" || rest == ";c") return true;
  if (std::string_view("cBU").find(rest[0]) != std::string_view::npos) return true;
  return rest[0] == 'o' && rest.size() > 1 &&
         std::string_view("(f").find(rest[1]) != std::string_view::npos;
}

// At most five tokens, so the recursion ends.
bool matches(std::string_view shape, std::string_view pattern) {
  if (pattern.empty()) return shape.empty();
  if (pattern == "*") return true;
  if (pattern == "~") return isTail(shape);
  std::string_view item = pattern.substr(0, 1);
  size_t used = 1;
  if (item == "[") {
    used = pattern.find(']') + 1;
    item = pattern.substr(1, used - 2);
  }
  const bool optional = used < pattern.size() && pattern[used] == '?';
  const std::string_view rest = pattern.substr(used + (optional ? 1 : 0));
  if (!shape.empty() && (item == "." || item.find(shape[0]) != std::string_view::npos) &&
      matches(shape.substr(1), rest)) {
    return true;
  }
  return optional && matches(shape, rest);
}

constexpr std::string_view kHostile[] = {
    // A condition goes on after the operand: ' or 1=1, 1 and sleep(5)
    "s&[1sv]~",
    "s&n~",
    "s&f(*",
    "s&[snv]o[svf(1]*",
    "1&[1sv]~",
    "1&n[c;B]*",
    "1&f(*",
    "1&[snv]o[svf(]*",
    "n&[1v]~",
    "n&f(*",
    "n&[snv]o[svf(]*",
    "[1sn])?&([1snv][o)&]*",
    "[1sn])?&(f(*",
    "[1sn])?&(E.*",
    "[1sn])&[1svn]~",
    "[1sn])&f(*",
    "[1sn])&([1snvfE]*",
    "[1sn])&[1nsv]o*",
    "&f([1fnE]*",
    "&([1fs]*",
    "&(no[sv]?",
    "&1of(*",
    // UNION
    "[1sn])?UE[1svn(f]*",
    "[1sn])UEo*",
    "[1sn]UEo.",
    "[1sn])?UE",
    "[1sn])?U(*",
    "[1sn])?U[kf](*",
    "UE[1svf(]*",
    "UEnk.*",
    "UEok.*",
    // A comment cuts off what follows
    "sc",
    "1c",
    "nc",
    "[s1])c",
    "so[1sv]c",
    "so1;c?",
    "s1[ns]c",
    "[1n]o[sv]c",
    "[1n])o[1s][c;B]*",
    // Comparison and concatenation with what stands before
    "sos",
    "sos[c;kB&1]*",
    "sosos",
    "s)o[1sv]~",
    "s)osc",
    "s)o1&*",
    "sov~",
    "1ov",
    "nov&*",
    "so1[&B]*",
    "so1n[&(]*",
    "so([1Ef]*",
    "sof(*",
    "[1n]o(E.*",
    "[1n]of(*",
    "1o(f*",
    "[1n]os&[1ns]",
    "son)[ok]",
    "n)on;",
    "no([sf]*",
    "[1sn])o(E*",
    "[1sn])of(*",
    "[s1])o(f*",
    "1)os",
    // ORDER BY, GROUP BY, HAVING, LIMIT
    "[s1])?B1~",
    "[s1])?Bf*",
    "[s1n]Bn[cB]*",
    "1Bn",
    "nB1~",
    "nBf(*",
    "[s1])?kB1",
    // Stacked statements
    "[s1n];T[nkv(1fs].*",
    "[s1n]);T[nkvs(1f]*",
    "[s1n])?;f(*",
    "[s1n];En[kE(]*",
    "[s1n];E[1sv][kcEo;]*",
    "[s1n])?;Ef(*",
    "[s1n];Eo.*",
    "[s1n]);E*",
    "[s1n])?;kv*",
    "[s1])?kv[c;]",
    "[s1]kEs*",
    "[s1n]T[nf](*",
    "[s1]Tnk.",
    "[s1]Tn[sn]c",
    "s)?E[1sv]c",
    "[s1n])?Ef([1fs]*",
    "s)Ef(*",
    "[s1]Eokn",
    "s(Ef(",
    "sks~",
    "s)ks*",
    "sks;*",
    "nks;c",
    "sk[1s]c",
    "sk([1nv]*",
    "s,([1E]*",
    "s,(f*",
    // Statements and expressions by themselves
    "Ef([1sEfnov].",
    "E(f(.",
    "E(E.*",
    "E(1)k*",
    "E[1sv]k(*",
    "E[1sv]kn",
    "E[1sv]kn[)k;c]",
    "E[1sv]k[1fvs]*",
    "Enk([En1]*",
    "Enkn[);cB]",
    "Enknk",
    "Eoknk",
    "Eok(E*",
    "Ek1nk",
    "Ek1[vskf]*",
    "Eknk[n1]",
    "Es&(E",
    "En([fsv]*",
    "f([1snv])*",
    "f(E*",
    "f(f*",
    "f([1nsv],[nf(E]",
    "f(1o[sv(]*",
    "f()[o,][1sf]*",
    "f()kn",
    "f(n&f",
    "1f([1fsnvE]*",
    "sf([1fsnvE]*",
    "nf([1fsvE]*",
    "kf(1*",
    "knkf(",
    "1n(f(",
    "[s1]f()[ok]",
    "k(n)[ok,]*",
    "T(n)o",
    "nk([1f]*",
};

// A few shapes are prose as often as SQL; what the text holds decides.
bool isProse(const SqlShape& shape) {
  const std::string_view fingerprint = shape.fingerprint();
  const SqlToken& first = shape.tokens[0];
  const SqlToken& last = shape.tokens[shape.size == 0 ? 0 : shape.size - 1];
  if (fingerprint == "sc" || fingerprint == "nc" || fingerprint == "1c") {
    if (last.text.starts_with("/*")) return false;
    // "--" within prose is a dash; at the very end it cuts a statement off.
    if (fingerprint == "1c") return last.text.front() == '#';
    return fingerprint == "nc" || last.text != "--";
  }
  if (fingerprint == "sos" || fingerprint == "s&s") {
    // Two halves that the statement's own quotes complete; three tokens and no more are a quotation
    // otherwise.
    const bool halves = first.open_start && last.open_end && first.quote == last.quote;
    return !halves && shape.raw_tokens == 3;
  }
  // INTO OUTFILE and INTO DUMPFILE; any other word between two strings is prose.
  if (fingerprint.starts_with("sk") || fingerprint.starts_with("nk")) {
    return fingerprint.find('s', 1) == 2 && !equalsIgnoreCase(shape.tokens[1].text, "into");
  }
  // "sex and 17" against "1 and 1=1": something was folded.
  if (shape.size == 3 && shape.types[1] == '&' && shape.raw_tokens == 3) {
    return !first.open_start || last.type == 'n';
  }
  return false;
}

}  // namespace

bool isInjectedSql(const SqlShape& shape) {
  const std::string_view fingerprint = shape.fingerprint();
  if (fingerprint.find('X') != std::string_view::npos) return true;
  const bool hostile =
      std::any_of(std::begin(kHostile), std::end(kHostile),
                  [&](std::string_view pattern) { return matches(fingerprint, pattern); });
  return hostile && !isProse(shape);
}

}  // namespace waf
