// SPDX-License-Identifier: Apache-2.0
//
// Rows to bytes and back, column by column, as columns.hpp lists them. Columns of like values beside each
// other are what makes recordings deflate to a few bytes a record.

#pragma once

#include <limits>
#include <span>
#include <type_traits>

#include "collectors/trace/byte_codec.hpp"
#include "collectors/trace/columns.hpp"

namespace offledger::trace {

template <typename T>
std::uint64_t to_word(const T& value) noexcept {
  if constexpr (std::is_same_v<T, Nanos>) {
    return static_cast<std::uint64_t>(value.count());
  } else if constexpr (std::is_enum_v<T>) {
    return static_cast<std::uint64_t>(static_cast<std::underlying_type_t<T>>(value));
  } else {
    return static_cast<std::uint64_t>(value);  // signed integers extend their sign
  }
}

/// The value a word stands for; throws Damage where T cannot hold it.
template <typename T>
T from_word(std::uint64_t word) {
  if constexpr (std::is_same_v<T, Nanos>) {
    return Nanos(static_cast<std::int64_t>(word));
  } else if constexpr (requires { last_of(T{}); }) {
    if (word > to_word(last_of(T{}))) throw Damage("an enumeration has no such value");
    return static_cast<T>(word);
  } else if constexpr (std::is_enum_v<T>) {
    return static_cast<T>(from_word<std::underlying_type_t<T>>(word));
  } else if constexpr (std::is_same_v<T, bool>) {
    if (word > 1) throw Damage("a truth value is neither 0 nor 1");
    return word != 0;
  } else if constexpr (std::is_signed_v<T>) {
    const auto value = static_cast<std::int64_t>(word);
    if (value < std::numeric_limits<T>::min() || value > std::numeric_limits<T>::max()) {
      throw Damage("an integer is beyond its field");
    }
    return static_cast<T>(value);
  } else {
    if (word > std::numeric_limits<T>::max()) throw Damage("an integer is beyond its field");
    return static_cast<T>(word);
  }
}

/// What a coding takes a value's difference from.
template <Coding coding, typename Record>
std::uint64_t base_of([[maybe_unused]] const Record& row, [[maybe_unused]] std::uint64_t previous) noexcept {
  if constexpr (requires { row.begin; }) {
    if (coding == Coding::kSpan) return to_word(row.begin);
  }
  return coding == Coding::kDelta ? previous : 0;
}

template <Coding coding, typename Record, typename Field>
void encode_column(ByteWriter& out, std::span<const Record> rows, Field Record::*member) {
  std::uint64_t previous = 0;
  for (const Record& row : rows) {
    const std::uint64_t word = to_word(row.*member);
    const std::uint64_t difference = word - base_of<coding>(row, previous);
    out.varint(coding == Coding::kPlain ? word : zigzag(difference));
    previous = word;
  }
}

template <Coding coding, typename Record, typename Field>
void decode_column(ByteReader& in, std::span<Record> rows, Field Record::*member) {
  std::uint64_t previous = 0;
  for (Record& row : rows) {
    const std::uint64_t stored = in.varint();
    const std::uint64_t word =
        coding == Coding::kPlain ? stored : unzigzag(stored) + base_of<coding>(row, previous);
    row.*member = from_word<Field>(word);
    previous = word;
  }
}

/// Calls visit(integral_constant<Coding>) for the column's coding.
template <typename Visit>
void with_coding(Coding coding, Visit&& visit) {
  switch (coding) {
    case Coding::kPlain: return visit(std::integral_constant<Coding, Coding::kPlain>{});
    case Coding::kSigned: return visit(std::integral_constant<Coding, Coding::kSigned>{});
    case Coding::kDelta: return visit(std::integral_constant<Coding, Coding::kDelta>{});
    case Coding::kSpan: return visit(std::integral_constant<Coding, Coding::kSpan>{});
  }
}

/// The number of rows, then each column.
template <typename Record>
void encode_rows(ByteWriter& out, std::span<const Record> rows) {
  out.varint(rows.size());
  const auto each = [&]<typename Field>(const Column<Record, Field>& column) {
    if constexpr (std::is_same_v<Field, std::string>) {
      for (const Record& row : rows) out.text(row.*column.member);
    } else {
      with_coding(column.coding, [&](auto coding) { encode_column<coding()>(out, rows, column.member); });
    }
  };
  std::apply([&](const auto&... columns) { (each(columns), ...); }, ColumnsOf<Record>::list);
}

/// Appends the rows that `in` holds. Memory: every field takes at least a byte of the input.
template <typename Record>
void decode_rows(ByteReader& in, std::vector<Record>& table) {
  constexpr std::size_t kColumns = std::tuple_size_v<std::remove_cvref_t<decltype(ColumnsOf<Record>::list)>>;
  const std::uint64_t count = in.varint();
  if (count > in.left() / kColumns) throw Damage("it says more rows than it can hold");
  const std::size_t first = table.size();
  table.resize(first + static_cast<std::size_t>(count));
  const std::span<Record> rows(table.data() + first, static_cast<std::size_t>(count));
  const auto each = [&]<typename Field>(const Column<Record, Field>& column) {
    if constexpr (std::is_same_v<Field, std::string>) {
      for (Record& row : rows) row.*column.member = in.text();
    } else {
      with_coding(column.coding, [&](auto coding) { decode_column<coding()>(in, rows, column.member); });
    }
  };
  std::apply([&](const auto&... columns) { (each(columns), ...); }, ColumnsOf<Record>::list);
}

}  // namespace offledger::trace
