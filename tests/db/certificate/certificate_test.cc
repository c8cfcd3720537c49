#include "db/certificate/certificate.h"

#include <gtest/gtest.h>
#include <openssl/pem.h>

#include "db/certificate/openssl_handles.h"

namespace db {
namespace {

using openssl::KeyPtr;
using openssl::X509Ptr;
using std::chrono::days;

const waf::WallTime kNow = waf::Clock::system().wall();

CertificatePem selfSigned(const std::vector<std::string>& hosts) {
  auto made = makeSelfSigned(hosts, kNow);
  EXPECT_TRUE(made);
  return *made;
}

struct Issued {
  X509Ptr certificate;
  KeyPtr key;
  std::string pem;
  std::string key_pem;
};

// A certificate signed by `issuer`, or by itself when that is null.
Issued issue(const std::string& name, const Issued* issuer, bool authority, KeyPtr key = nullptr) {
  Issued out;
  out.key = key ? std::move(key) : KeyPtr(EVP_EC_gen("P-256"));
  out.certificate.reset(X509_new());
  X509* x = out.certificate.get();
  X509_set_version(x, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x), 7);
  X509_gmtime_adj(X509_getm_notBefore(x), -60);
  X509_gmtime_adj(X509_getm_notAfter(x), 86400);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509* by = issuer != nullptr ? issuer->certificate.get() : x;
  X509_set_issuer_name(x, X509_get_subject_name(by));
  X509_set_pubkey(x, out.key.get());
  X509V3_CTX context;
  X509V3_set_ctx(&context, by, x, nullptr, nullptr, 0);
  const openssl::ExtensionPtr constraints(X509V3_EXT_conf_nid(
      nullptr, &context, NID_basic_constraints, authority ? "critical,CA:TRUE" : "CA:FALSE"));
  X509_add_ext(x, constraints.get(), -1);
  X509_sign(x, (issuer != nullptr ? issuer->key : out.key).get(), EVP_sha256());
  out.pem = openssl::toPem(x);
  out.key_pem = *openssl::toPem(out.key.get());
  return out;
}

TEST(CertificateTest, ASelfSignedCertificateSaysWhatWasAskedFor) {
  const auto made = selfSigned({"a.example", "*.a.example", "127.0.0.1", "::1"});
  const auto info = inspectCertificate(made.chain_pem);
  ASSERT_TRUE(info);
  EXPECT_EQ(info->subject, "CN=a.example");
  EXPECT_EQ(info->issuer, "CN=a.example");
  EXPECT_EQ(info->hosts,
            (std::vector<std::string>{"a.example", "*.a.example", "127.0.0.1", "::1"}));
  EXPECT_EQ(info->key_type, "ECDSA P-256");
  EXPECT_TRUE(info->self_signed);
  EXPECT_LE(info->not_before, kNow);
  EXPECT_GT(info->not_after, kNow + days(800));
  EXPECT_EQ(info->sha256.size(), 64u);
  EXPECT_TRUE(checkCertificate(made.chain_pem, made.key_pem, kNow));
}

TEST(CertificateTest, RefusesHostsThatAreNone) {
  EXPECT_FALSE(makeSelfSigned({}, kNow));
  EXPECT_FALSE(makeSelfSigned({"a b"}, kNow));
  EXPECT_FALSE(makeSelfSigned({"a.example,DNS:evil.example"}, kNow));
  EXPECT_FALSE(makeSelfSigned({""}, kNow));
}

TEST(CertificateTest, SaysThatTheKeyDoesNotMatch) {
  const auto one = selfSigned({"a.example"});
  const auto other = selfSigned({"b.example"});
  const auto result = checkCertificate(one.chain_pem, other.key_pem, kNow);
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("does not match"), std::string::npos);
}

TEST(CertificateTest, SaysThatItHasExpiredAndWhen) {
  const auto made = makeSelfSigned({"a.example"}, kNow - days(30), 10);
  ASSERT_TRUE(made);
  const auto result = checkCertificate(made->chain_pem, made->key_pem, kNow);
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("expired on"), std::string::npos);
}

TEST(CertificateTest, SaysThatItIsNotYetValid) {
  const auto made = makeSelfSigned({"a.example"}, kNow + days(30));
  ASSERT_TRUE(made);
  const auto result = checkCertificate(made->chain_pem, made->key_pem, kNow);
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("valid only from"), std::string::npos);
}

TEST(CertificateTest, RefusesWeakKeys) {
  const Issued weak = issue("weak.example", nullptr, false, KeyPtr(EVP_RSA_gen(1024)));
  const auto result = checkCertificate(weak.pem, weak.key_pem, kNow);
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("RSA 1024 is too weak"), std::string::npos);
}

TEST(CertificateTest, SaysWhatIsNoPem) {
  const auto made = selfSigned({"a.example"});
  EXPECT_NE(inspectCertificate("hello").error().message.find("no PEM certificate"),
            std::string::npos);
  std::string damaged = made.chain_pem;
  damaged.insert(80, "!!!");
  EXPECT_NE(inspectCertificate(damaged).error().message.find("damaged"), std::string::npos);
  EXPECT_NE(checkKeyMatches(made.chain_pem, "hello").error().message.find("no PEM private key"),
            std::string::npos);
  EXPECT_NE(checkKeyMatches(made.chain_pem, made.key_pem + made.key_pem)
                .error()
                .message.find("more than"),
            std::string::npos);
}

TEST(CertificateTest, AnEncryptedKeyIsRefusedWithoutAskingOnTheTerminal) {
  const auto made = selfSigned({"a.example"});
  const auto key = openssl::readKey(made.key_pem);
  ASSERT_TRUE(key);
  const openssl::BioPtr bio(BIO_new(BIO_s_mem()));
  char passphrase[] = "secret";
  PEM_write_bio_PKCS8PrivateKey(bio.get(), key->get(), EVP_aes_256_cbc(), passphrase, 6, nullptr,
                                nullptr);
  char* data = nullptr;
  const long length = BIO_get_mem_data(bio.get(), &data);
  const auto result =
      checkKeyMatches(made.chain_pem, std::string(data, static_cast<size_t>(length)));
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("passphrase"), std::string::npos);
}

TEST(CertificateTest, OrdersAPastedTextByIssuer) {
  const Issued root = issue("Root", nullptr, true);
  const Issued middle = issue("Middle", &root, true);
  const Issued leaf = issue("leaf.example", &middle, false);
  const Issued stranger = issue("stranger.example", nullptr, false);
  const auto ordered = orderPem(root.pem + stranger.pem + leaf.key_pem + middle.pem + leaf.pem);
  ASSERT_TRUE(ordered);
  EXPECT_EQ(ordered->chain_pem, leaf.pem + middle.pem + root.pem);
  EXPECT_EQ(ordered->key_pem, leaf.key_pem);
  const auto info = inspectCertificate(ordered->chain_pem);
  ASSERT_TRUE(info);
  EXPECT_EQ(info->subject, "CN=leaf.example");
  EXPECT_EQ(info->issuer, "CN=Middle");
  EXPECT_FALSE(info->self_signed);
  EXPECT_EQ(info->chain_length, 3u);
}

TEST(CertificateTest, OrdersAChainWithoutItsKey) {
  const Issued root = issue("Root", nullptr, true);
  const Issued leaf = issue("leaf.example", &root, false);
  const auto ordered = orderChain(root.pem + leaf.pem);
  ASSERT_TRUE(ordered);
  EXPECT_EQ(*ordered, leaf.pem + root.pem);
}

TEST(CertificateTest, RefusesAPastedTextWhoseKeyMatchesNothing) {
  const auto one = selfSigned({"a.example"});
  const auto other = selfSigned({"b.example"});
  const auto result = orderPem(one.chain_pem + other.key_pem);
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("matches none"), std::string::npos);
}

TEST(HostMatchesTest, AStarStandsForOneLabel) {
  EXPECT_TRUE(hostMatches("a.example", "A.Example"));
  EXPECT_TRUE(hostMatches("*.example", "a.example"));
  EXPECT_TRUE(hostMatches("*", "anything"));
  EXPECT_FALSE(hostMatches("*.example", "a.b.example"));
  EXPECT_FALSE(hostMatches("*.example", "example"));
  EXPECT_FALSE(hostMatches("*.example", ".example"));
}

}  // namespace
}  // namespace db
