// The decision. A shape is hostile when it goes on after a finished operand in a way that only SQL
// does, or when it is an expression or a statement by itself. The patterns below match a whole
// window of five tokens:
//
//   letter   that token            [ab]  one of them
//   x?       x or nothing          *     any tokens from here on
//   +        a way to go on after a condition: a comment, ";", ORDER BY, UNION, an operator with
//            its operand, ")" and what goes on behind it
//   ~        the end, or +
#include "waf/detect/sql_grammar.h"

#include "waf/base/text.h"
#include "waf/detect/shape_patterns.h"

namespace waf {
namespace {

// A condition goes on after an operand: ' or 1=1, 1 and sleep(5), ') or ('a'='a
constexpr std::string_view kConditions =
    "v&[1n] v&1[oc]* s&svo s&(Ev s&E[f1][(o] s&1U[;(] s)&1o s&vs* [1s])?&[1sv]~ n)?&[1v]~ "
    "[1s])?&n+ s&n [sn]&s1 s)&n n&nf( n&no[s(vf] n&nUE n&n)& n&nks "
    "n&s[1U] n&s)[&U] n&sc n&so[1ns] [1sn])?&f([1nEsfv)] [1sn])&(E [1sn])&(n "
    "[1sn])?&(E[f1nos(k] [1sn])?&(f( [1sn])?&(n[o&)] [1sn])?&([1svf][)o&,] [sn])&no? "
    "[sn])&s[o)]? [1sn])&f( 1)&n &f([1nf])* &f(no &f()o &(no[vs(] &(1)o &(f(1 &1of( &1o(n "
    "&1UE[1fn] [1sn])&([1snvfE]*";

// UNION
constexpr std::string_view kUnions =
    "UEnks [1s]UE1v 1UEc sUE([nv1] son1U sU(Ev sUf(1 n)UEs [1s])?UE[1nvfs]? nUE[1nvf][1fsco,(]? "
    "[1s])UE[1nvf] 1UE[1nvs][nfkcosB&,;()U] "
    "sUE[1nvs][fkcosB&,;()U] 1UEf( 1UE1f sUEo[fn] [1sn])?U(E 1Uc sUE?c sUE[1v]n n)UE[1vnf] "
    "UE1[ck]? UE1,f UE1kn UE1ov UEv[,c]? UEv,f UEvo[sf(] UEf() UEf(1 UEnkn UEn,f UEnc";

// A comment cuts off what follows
constexpr std::string_view kComments = "[s1nv]c [s1])c";

// Comparison and concatenation with what stands before
constexpr std::string_view kComparisons =
    "son1o son(E so(Ek so(n) so(1, sos;n sosk( 1)o1& sos [sn1]os1[snf] [sn1]os;T [sn1]os&[1snf(] "
    "[sn]osc [sn1]osf( [sn1]osE[f(] [sn]osT( "
    "[sn]osB1 [sn1]os)[;U&f] [sn]osks nos,( nos)o sosUE so1c so1;c? so1Bf so1&[s1(f] so1f( "
    "so1UE so1vso? so1)[;&] son([1s] son;n son&[1snf(] sonf( sonk[s(] sonE[no] so1n[&(] soUEn "
    "sov[cf]? sov&f sovso sovE[vo] sof([1nsfE)] so(E[f1no(] so([1s][)&] so(f( so(no 1ov[cB]? "
    "1vs 1vsc 1vso[1nsf(] [1n]of([1nsfE)] [1n]o(E[1fno] 1o(f( 1o([ns][)&] nov[c;k)fU]c? "
    "no(s[)&,] no(so no(no no(f( nok(s nok(n nok[sn]c nokso sok([sn] sok&s 1)o1 [1ns])os "
    "[1n])o1) 1)o([1nEsf] [s1])o(E* [1sn])of( n)on[;&)B] n)os[&B] 1)os& 1)on) s)o1[c&U)] "
    "s)ovc s)onk n1o(s n1of( [1n])o[1s][c;B]* sov~ [1n]o[sv]c s)o[1sv]~ nov&* so1B* "
    "[1sn])o(E* son)[ok] 1o(f* son); son)&";

// ORDER BY, GROUP BY, HAVING, LIMIT
constexpr std::string_view kClauses =
    "[s1n]Bf([1nfv] nBs nBsos nBnB1 nBn,( 1Bn 1Bn,( sBn[cB]? nknB1 sknB[1s] [s1])?B1~ "
    "[s1n]Bn[cB]* [s1n]BnB1 [s1])?kB1 nB1[c;]?";

// Stacked statements
constexpr std::string_view kStatements =
    "[s1n])?;T[v(].? [s1n])?;T[nkf][n(vso;cE] [s1n]);T[no] [s1n]);Ev [s1n])?;Ef( s;En[;cEk] "
    "s)?E[s1v]c sEs[c] sEso[1nsf(] s)Eso n)Esc [s1n])?Ef([1nsf)]? [1ns]Eokn sE(f( s(Ekn "
    "[s1](Ef( s)Ekn s)E(f s)knk [1n])k(1 n)knk n)k(n nE[1v]c 1E[1vn]c 1nE[v1n]c nEno[s(] "
    "nEvof n?E1os nEnof 1E(f( 1nUE1 [n1]ks sksc? sks;[cTE]? sks&[1s] skso[s1] sksEs nks[c;] "
    "nks;[cET] nkso[1n] nks&( 1ks[co] 1kso[sn(] skn[c] skn&n sknEn sk(n) nk([1v])* nk(so "
    "nk(f( nkf([1n] nk1c nkn&[1f] nknBn nknEf vknc k(n)[o,k] k(nos k(1)[ok] knkf( knknU knk1o "
    "[s1n]T[nf](* [s1])?kv[c;] sk[1s]c";

// Statements and expressions by themselves
constexpr std::string_view kAlone =
    "Ef(E1 E1,f( E1f(s s?vf([1f]* [1n]);Ts f(),( [Env1]f([1v]) E[n1v]f(1 Ef()1 E[vn],f( Ef(v) "
    "Eso(E Eno(n Eknk[(v] no(1, s,f(1 kf(n) f(v) k(v)o f(n)1 f(1)v sEnc s;Tnf Ef([1s][),o&] "
    "Ef(n[o,&)] Ef(En Ef(f( Ef(), Ef(o) Ef(so E(f([1nsf)] E(n(1 E(n)[;n&] "
    "E(n[,&][fn] E(E[kf]( E(1)[o&] E1k(E E1k([n1v] E1)c E1)o[n1] E1nc Enk[n,;)][kBcU,;)] "
    "Eknk[n1] Eknkn Ekn&n En(f( En(s) En(1o En)[;]? En)of En)&f En)kn En,f( En,(n Eno([1sE] "
    "Enos1 Eoknk Eok(E Es&([En] Evos; Ek(1[)s] Ek(Ef f(1,[f(] f(1)[noEf1scBk&U;,]? f(1o[snf(] "
    "f(1&[1n] f(t,( f(),[fn1] f()[of]f f()n( f()f( f()on f()o1 f()c f(n)[oEnk,s]? f(n,[f(] "
    "f(n&n f(s)[s;,]? f(s&[s(1] f(so[1s] f(f([1nsf)] f(E[on]k f(Ef( f(E[sk][)n] f(E1[o)] "
    "f(E(E f(nos 1f(1[)n] 1f([ns]) 1f(no 1f(f( 1f(En sf(1[n)o] sf([ns]) sf(no sf(E[fn] sf(f( "
    "1sf([1nf)] nf(1[o)] nf(s) nf([ns]o nf(En nf(n, nf(f( nf()n s1f([1nsf)] s1UE s1v[co]?f? "
    "sT([1sn]) sT(so sT(1o sTv(1 Tnv;c T(n)o T(nn) [1n],f([1fsn)] v,f(f s,([1sv]) s,(1o s,(f( "
    "[s1n],(E[(fs] 1n([s]) 1n(f( 1n(1o 1n,f( 1n)UE E(Ek( vos vos[1&,][s(] vos;T svso[sf] "
    "svos1 svof( s1[ns]c s1s;c f([1nsv],[nf(E] f()[o,][1sf]* Ek1[vskf]* E[1sv]kn[)k;c] E1knU?";

// A few shapes are prose as often as SQL; what the text holds decides.
bool isProse(const SqlShape& shape) {
  const std::string_view fingerprint = shape.fingerprint();
  const SqlToken& first = shape.tokens[0];
  const SqlToken& last = shape.tokens[shape.size == 0 ? 0 : shape.size - 1];
  if (fingerprint == "sc" || fingerprint == "nc" || fingerprint == "1c" || fingerprint == "vc") {
    if (last.text.starts_with("/*")) return false;
    // "--" within prose is a dash; at the very end it cuts a statement off.
    if (fingerprint == "1c") return last.text.front() == '#';
    return fingerprint == "nc" || last.text != "--";
  }
  if (fingerprint == "sos" || fingerprint == "s&s") {
    // Two halves that the statement's own quotes complete; anything else is a quotation.
    return !(first.open_start && last.open_end && first.quote == last.quote);
  }
  // INTO OUTFILE and INTO DUMPFILE; any other word between two strings is prose.
  if (fingerprint.ends_with("ks") && fingerprint.size() == 3) {
    return !equalsIgnoreCase(shape.tokens[1].text.substr(0, 4), "into");
  }
  // "sex and 17" against "1 and 1=1": something was folded. A string or a variable is no word of
  // prose.
  if (shape.size == 3 && shape.types[1] == '&' && shape.raw_tokens == 3) {
    return isOneOf(first.type, "1n") || (first.type == 's' && last.type == 'n');
  }
  return false;
}

}  // namespace

bool isInjectedSql(const SqlShape& shape) {
  const std::string_view fingerprint = shape.fingerprint();
  if (fingerprint.size() < 2) return fingerprint == "X";
  if (fingerprint.find('X') != std::string_view::npos) return true;
  static const ShapePatterns patterns(
      {kConditions, kUnions, kComments, kComparisons, kClauses, kStatements, kAlone});
  return patterns.match(fingerprint) && !isProse(shape);
}

}  // namespace waf
