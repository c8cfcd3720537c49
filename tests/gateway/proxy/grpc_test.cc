#include "gateway/proxy/grpc.h"

#include <gtest/gtest.h>

namespace gateway {
namespace {

RequestHead headOf(std::string_view method, std::string_view type) {
  RequestHead head;
  head.method = method;
  head.fields.add("content-type", type);
  return head;
}

TEST(GrpcTest, KnowsACallByItsMediaType) {
  EXPECT_TRUE(isGrpc(headOf("POST", "application/grpc")));
  EXPECT_TRUE(isGrpc(headOf("POST", "application/grpc+proto")));
  EXPECT_TRUE(isGrpc(headOf("POST", "Application/gRPC;charset=utf-8")));
  EXPECT_FALSE(isGrpc(headOf("POST", "application/grpc-web")));
  EXPECT_FALSE(isGrpc(headOf("POST", "application/json")));
  EXPECT_FALSE(isGrpc(headOf("GET", "application/grpc")));
}

TEST(GrpcTest, ARefusalHasAStatusOfItsOwn) {
  EXPECT_EQ(grpcStatusOf(403), 7);
  EXPECT_EQ(grpcStatusOf(429), 8);
  EXPECT_EQ(grpcStatusOf(413), 8);
  EXPECT_EQ(grpcStatusOf(503), 14);
  EXPECT_EQ(grpcStatusOf(504), 4);
  EXPECT_EQ(grpcStatusOf(400), 3);
  EXPECT_EQ(grpcStatusOf(500), 13);
  EXPECT_NE(grpcMessage(403, "01ABC").find("01ABC"), std::string::npos);
}

}  // namespace
}  // namespace gateway
