// Sizes, wire format and texts of a write.
#include "absl/strings/str_cat.h"
#include "onereturn/catalogue/v1/catalogue_service.pb.h"
#include "tests/conformance/bad_inputs.h"

namespace onereturn {
namespace {

constexpr char kUpdateOrganisation[] =
    "/onereturn.catalogue.v1.CatalogueService/UpdateOrganisation";

std::string Repeated(absl::string_view unit, size_t times) {
  std::string text;
  for (size_t i = 0; i < times; ++i) absl::StrAppend(&text, unit);
  return text;
}

// A good return with an explanation of this text.
returns::v1::SubmitReturnRequest Explained(const std::string& text) {
  returns::v1::SubmitReturnRequest request = World::GoodReturn();
  common::v1::Explanation* explanation = request.add_explanations();
  explanation->set_rule("S03");
  explanation->set_text(text);
  return request;
}

Answer Explain(World& world, const std::string& text) { return world.Submit(Explained(text)); }

// A definition of RX1 by a steward.
Answer Define(World& world, const std::function<void(catalogue::v1::Organisation*)>& change) {
  catalogue::v1::UpdateOrganisationRequest request;
  request.set_request_id(world.FreshId());
  request.set_validate_only(true);
  catalogue::v1::Organisation* organisation = request.mutable_organisation();
  organisation->set_code("RX1");
  organisation->set_display_name("Elsewhere");
  organisation->set_type(catalogue::v1::ORGANISATION_TYPE_PROVIDER);
  change(organisation);
  return world.Send(kUpdateOrganisation, request, kSteward);
}

// Bytes of an explanation whose text is not UTF-8, which no generated message writes.
std::string ExplainedBytes(absl::string_view text) {
  const std::string inner =
      absl::StrCat("\x0a\x03S03\x1a", std::string(1, static_cast<char>(text.size())), text);
  return World::GoodBytes(
      absl::StrCat("\x3a", std::string(1, static_cast<char>(inner.size())), inner));
}

Cases SizeCases() {
  return {
      {"19.write",
       [](World& world) { return world.Send(kSubmitPath, std::string(256 * 1024 + 1, 'x')); }},
      {"19.write_at_the_cap",
       [](World& world) { return world.Send(kSubmitPath, std::string(256 * 1024, 'x')); }},
      {"19.beyond_the_transport",
       [](World& world) { return world.Send(kSubmitPath, std::string(400 * 1024, 'x')); }},
      {"19.read", [](World& world) { return world.Send(kGetPath, std::string(40'001, 'x')); }},
      {"31.empty_elements",
       [](World& world) {
         return world.Send(kSubmitPath, World::GoodBytes(Repeated({"\x32\0", 2}, 100'000)));
       }},
      {"31.empty_elements_deeper",
       [](World& world) {
         // One cell with a reference of 60,000 dimensions: 1.2 MB and more once parsed.
         return world.Send(kSubmitPath,
                           World::GoodBytes(absl::StrCat("\x32\xc4\xa9\x07\x0a\xc0\xa9\x07",
                                                         Repeated({"\x12\0", 2}, 60'000))));
       }},
      {"40.long_text", [](World& world) { return Explain(world, std::string(2'001, 'x')); }},
      {"40.text_of_1_mib", [](World& world) { return Explain(world, std::string(1 << 20, 'x')); }},
      {"40.blanks", [](World& world) { return Explain(world, "   "); }},
      {"40.blank_name",
       [](World& world) {
         return Define(world, [](auto* organisation) { organisation->set_display_name("  "); });
       }},
  };
}

Cases WireCases() {
  const auto sends = [](const std::string& bytes) {
    return [bytes](World& world) { return world.Send(kSubmitPath, bytes); };
  };
  return {
      {"29.random_bytes", sends("\xde\xad\xbe\xef")},
      {"29.wrong_wire_type", sends("\x08\x01")},
      {"29.long_varint", sends("\x28\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01")},
      {"29.read", [](World& world) { return world.Send(kGetPath, "\xde\xad\xbe\xef"); }},
      {"30.deep",
       [](World& world) {
         // Groups within groups: the one thing that nests without a length.
         return world.Send(kSubmitPath, World::GoodBytes(Repeated("\x7b", 101)));
       }},
      {"30.deep_read", [](World& world) { return world.Send(kGetPath, Repeated("\x7b", 101)); }},
      {"32.unknown_field", sends(World::GoodBytes("\xf8\x07\x01"))},
      {"32.unknown_field_deep", sends(World::GoodBytes("\x32\x05\x0a\x03\x78\x01\x78"))},
      {"32.unknown_field_of_a_read",
       [](World& world) {
         return world.Send(kGetPath, absl::StrCat("\x0a", std::string(1, sizeof(kKnownReturn) - 1),
                                                  kKnownReturn, "\xf8\x07\x01"));
       }},
      {"33.field_twice", sends(World::GoodBytes("\x12\x03RCF"))},
      {"34.two_of_a_oneof", sends(World::GoodBytes("\x32\x04\x10\x02\x18\x01"))},
      {"35.unknown_enum", sends(World::GoodBytes("\x28\x63"))},
      {"35.null_reason_unspecified",
       sends(World::GoodBytes({"\x32\x08\x0a\x04\x0a\x02zz\x18\x00", 10}))},
      {"36.not_utf8", sends(ExplainedBytes("\xff"))},
      {"36.surrogate", sends(ExplainedBytes("\xed\xa0\x80"))},
  };
}

Cases TextCases() {
  const auto explains = [](const std::string& text) {
    return [text](World& world) { return Explain(world, text); };
  };
  return {
      {"38.nul", explains(std::string("a\0b", 3))},
      {"38.control", explains("a\x07z")},
      {"38.direction", explains("turned \xE2\x80\xAE round")},
      {"38.zero_width", explains("in\xE2\x80\x8Bvisible")},
      {"38.name",
       [](World& world) {
         return Define(world, [](auto* organisation) {
           organisation->set_display_name("turned \xE2\x80\xAE round");
         });
       }},
      {"38.line_feed_in_a_name",
       [](World& world) {
         return Define(world, [](auto* organisation) { organisation->set_display_name("a\nb"); });
       }},
      {"39.not_nfc",
       [](World& world) {
         return Define(world,
                       [](auto* organisation) { organisation->set_display_name("Cafe\xCC\x81"); });
       }},
      {"39.nfc",
       [](World& world) {
         return Define(world,
                       [](auto* organisation) { organisation->set_display_name("Caf\xC3\xA9"); });
       }},
      {"41.formula", explains("=HYPERLINK(\"http://example.org\")")},
      {"41.plus", explains("+cmd|' /C calc'!A0")},
      {"42.script", explains("<script>alert(1)</script>")},
      {"60.nhs_number", explains("the patient 943 476 5919 was counted twice")},
      {"60.postcode", explains("all from LS1 3EX")},
  };
}

Cases FieldCases() {
  return {
      {"37.missing",
       [](World& world) {
         returns::v1::SubmitReturnRequest request = World::GoodReturn();
         request.clear_collection();
         request.clear_period();
         return world.Submit(request);
       }},
      {"61.missing",
       [](World& world) {
         returns::v1::SubmitReturnRequest request = World::GoodReturn();
         request.clear_request_id();
         return world.Submit(request);
       }},
      {"61.long",
       [](World& world) {
         returns::v1::SubmitReturnRequest request = World::GoodReturn();
         request.set_request_id(std::string(5'000, 'x'));
         return world.Submit(request);
       }},
      {"61.blank",
       [](World& world) {
         returns::v1::SubmitReturnRequest request = World::GoodReturn();
         request.set_request_id("a b");
         return world.Submit(request);
       }},
      {"78.output_only",
       [](World& world) {
         catalogue::v1::UpdateItemRequest request;
         request.set_request_id(world.FreshId());
         request.mutable_item()->set_code("another");
         request.mutable_item()->set_version(7);
         return world.Send("/onereturn.catalogue.v1.CatalogueService/UpdateItem", request,
                           kSteward);
       }},
  };
}

Cases DateCases() {
  return {
      {"47.open_date",
       [](World& world) {
         return Define(world,
                       [](auto* organisation) { organisation->set_open_date("2026-02-29"); });
       }},
      {"47.year_1",
       [](World& world) {
         return Define(world,
                       [](auto* organisation) { organisation->set_open_date("0001-01-01"); });
       }},
      {"48.end_before_start",
       [](World& world) {
         return Define(world, [](auto* organisation) {
           organisation->set_open_date("2024-02-01");
           organisation->set_close_date("2024-01-01");
         });
       }},
  };
}

}  // namespace

Cases MessageCases() {
  Cases cases = SizeCases();
  for (const auto& more : {WireCases, TextCases, FieldCases, DateCases}) cases.merge(more());
  return cases;
}

}  // namespace onereturn
