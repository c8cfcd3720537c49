#include "gateway/tls/client_hello.h"

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/ssl.h>

namespace gateway {
namespace {

// The example of FoxIO's description ("JA4: TLS client fingerprinting", technical details), with
// what GREASE puts between.
ClientHello published() {
  ClientHello hello;
  hello.legacy_version = 0x0303;
  hello.ciphers = {0x8a8a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030,
                   0xcca9, 0xcca8, 0xc013, 0xc014, 0x009c, 0x009d, 0x002f, 0x0035};
  hello.extensions = {0xeaea, 0x001b, 0x0000, 0x0033, 0x0010, 0x4469, 0x0017, 0x002d, 0x000d,
                      0x0005, 0x0023, 0x0012, 0x002b, 0xff01, 0x000b, 0x000a, 0x0015, 0x1a1a};
  hello.versions = {0x3a3a, 0x0304, 0x0303};
  hello.signature_algorithms = {0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601};
  hello.has_server_name = true;
  hello.first_alpn = "h2";
  return hello;
}

TEST(Ja4Test, IsThatOfThePublishedExample) {
  EXPECT_EQ(ja4(published()), "t13d1516h2_8daaf6152771_e5627efa2ab1");
}

TEST(Ja4Test, DoesNotDependOnTheOrderOfCiphersAndExtensions) {
  ClientHello hello = published();
  std::reverse(hello.ciphers.begin(), hello.ciphers.end());
  std::reverse(hello.extensions.begin(), hello.extensions.end());
  EXPECT_EQ(ja4(hello), ja4(published()));
  std::reverse(hello.signature_algorithms.begin(), hello.signature_algorithms.end());
  EXPECT_NE(ja4(hello), ja4(published()));
}

TEST(Ja4Test, MarksWhatIsAbsent) {
  EXPECT_EQ(ja4({}), "t00i000000_000000000000_000000000000");
  ClientHello hello;
  hello.legacy_version = 0x0301;
  hello.first_alpn = "\xab\xcd";  // not a letter or digit: the ends of its hex digits
  EXPECT_EQ(ja4(hello).substr(0, 10), "t10i0000ad");
  hello.first_alpn = "http/1.1";
  EXPECT_EQ(ja4(hello).substr(0, 10), "t10i0000h1");
}

// The first message of OpenSSL's own client, with the header of the handshake protocol.
std::string realHello(const char* server_name) {
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL* ssl = SSL_new(context);
  SSL_set_bio(ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  SSL_set_tlsext_host_name(ssl, server_name);
  const unsigned char alpn[] = {2, 'h', '2', 8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  SSL_set_alpn_protos(ssl, alpn, sizeof alpn);
  SSL_connect(ssl);
  char* data = nullptr;
  const long length = BIO_get_mem_data(SSL_get_wbio(ssl), &data);
  std::string out(data + 5, static_cast<size_t>(length) - 5);  // without the record's header
  SSL_free(ssl);
  SSL_CTX_free(context);
  return out;
}

TEST(ClientHelloTest, ReadsARealOne) {
  ClientHello hello;
  ASSERT_TRUE(hello.parse(realHello("Shop.Example")));
  EXPECT_EQ(hello.server_name, "shop.example");
  EXPECT_EQ(hello.first_alpn, "h2");
  EXPECT_EQ(hello.versions.front(), 0x0304);
  EXPECT_FALSE(hello.ciphers.empty());
  EXPECT_FALSE(hello.signature_algorithms.empty());
  EXPECT_EQ(ja4(hello).substr(0, 4), "t13d");
}

TEST(ClientHelloTest, RefusesOneThatIsCutOffAnywhere) {
  const std::string whole = realHello("shop.example");
  for (size_t length = 0; length < whole.size(); ++length) {
    ClientHello hello;
    EXPECT_FALSE(hello.parse(std::string_view(whole).substr(0, length))) << length;
  }
}

TEST(ClientHelloTest, AnyByteMayBeWrong) {
  const std::string whole = realHello("shop.example");
  for (size_t at = 0; at < whole.size(); ++at) {
    for (const char byte : {'\0', '\x7f', '\xff'}) {
      std::string broken = whole;
      broken[at] = byte;
      ClientHello hello;
      static_cast<void>(hello.parse(broken));
      static_cast<void>(ja4(hello));
    }
  }
}

}  // namespace
}  // namespace gateway
