// The live test of an upstream's address; blocks for seconds at most, on the caller's thread.
#include <Poco/Exception.h>
#include <Poco/Net/StreamSocket.h>

#include "gateway/control/gateway.h"
#include "gateway/net/address.h"

namespace gateway {
namespace {

constexpr long kConnectSeconds = 3;
constexpr long kAnswerSeconds = 5;

int64_t millisSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                               start)
      .count();
}

std::string statusLine(Poco::Net::StreamSocket& socket) {
  std::string line;
  char block[256];
  while (line.find('\n') == std::string::npos && line.size() < 1024) {
    const int got = socket.receiveBytes(block, sizeof block);
    if (got <= 0) break;
    line.append(block, static_cast<size_t>(got));
  }
  return line.substr(0, line.find_first_of("\r\n"));
}

}  // namespace

admin::UpstreamProbe Gateway::probeUpstream(const std::string& address) {
  const auto resolved = resolveAddress(address);
  if (!resolved) return {false, resolved.error().message};
  if (resolved->empty()) return {false, address + ": the name has no address"};
  const auto start = std::chrono::steady_clock::now();
  std::string connected;
  try {
    Poco::Net::StreamSocket socket;
    socket.connect(resolved->front(), Poco::Timespan(kConnectSeconds, 0));
    connected = "connected in " + std::to_string(millisSince(start)) + " ms";
    socket.setReceiveTimeout(Poco::Timespan(kAnswerSeconds, 0));
    const std::string request = "GET / HTTP/1.1\r\nHost: " + address +
                                "\r\nUser-Agent: portcullis-probe\r\nConnection: close\r\n\r\n";
    socket.sendBytes(request.data(), static_cast<int>(request.size()));
    const std::string line = statusLine(socket);
    if (line.substr(0, 7) != "HTTP/1." || line.size() < 12) {
      return {false, connected + ", but the answer is not HTTP/1.1; is it a plain HTTP port?"};
    }
    return {true, connected + ", GET / answered " + line.substr(9, 3) + " in " +
                      std::to_string(millisSince(start)) + " ms"};
  } catch (const Poco::TimeoutException&) {
    return {false, connected.empty()
                       ? address + " does not answer; check the address and the firewall"
                       : connected + ", but no answer to GET / came in " +
                             std::to_string(kAnswerSeconds) + " s"};
  } catch (const Poco::Exception& problem) {
    return {false, address + ": " + problem.displayText()};
  }
}

}  // namespace gateway
