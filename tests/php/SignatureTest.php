<?php

use Tayang\Content;
use Tayang\Signature;

/** The same vectors as on the Python side: tests/vectors. */
final class SignatureTest extends WpTestCase
{
    /** @dataProvider accepted */
    public function testGenuineMessages(array $case): void
    {
        $signature = new Signature();
        self::assertTrue($signature->verify($case['secrets'], self::headers($case), $case['body'], $case['timestamp']));
        $signed = array_map(
            static fn($secret) => Signature::sign($secret, $case['id'], $case['timestamp'], $case['body']),
            $case['secrets']
        );
        self::assertSame($case['signature'], implode(' ', $signed));
    }

    /** @dataProvider refused */
    public function testOtherMessages(array $case): void
    {
        $answer = (new Signature())->verify($case['secrets'], self::headers($case), $case['body'], $case['now']);
        self::assertInstanceOf(WP_Error::class, $answer);
        self::assertSame([$case['code'], 401], [$answer->get_error_code(), $answer->get_error_data()['status']]);
    }

    public function testAMessageCountsOnce(): void
    {
        $signature = new Signature();
        self::assertTrue($signature->remember('msg_once'));
        self::assertSame('replayed', $signature->remember('msg_once')->get_error_code());
        self::assertTrue($signature->remember('msg_other'));
    }

    /** @dataProvider digests */
    public function testDigests(string $name, stdClass|array $content, string $canonical, string $sha256): void
    {
        self::assertSame($canonical, Content::canonical($content), $name);
        self::assertSame($sha256, Content::digest($content));
    }

    public function testFractionsAreRefused(): void
    {
        $this->expectException(InvalidArgumentException::class);
        Content::digest(['a' => 0.5]);
    }

    public static function accepted(): array
    {
        return self::named(self::vectors('signatures')['accepted']);
    }

    public static function refused(): array
    {
        return self::named(self::vectors('signatures')['refused']);
    }

    public static function digests(): array
    {
        $objects = json_decode(file_get_contents(dirname(__DIR__) . '/vectors/digests.json'));
        return array_map(static fn($one) => [$one->name, $one->content, $one->canonical, $one->sha256], $objects);
    }

    private static function named(array $cases): array
    {
        return array_combine(array_column($cases, 'name'), array_map(static fn($case) => [$case], $cases));
    }

    private static function vectors(string $name): array
    {
        return json_decode(file_get_contents(dirname(__DIR__) . "/vectors/$name.json"), true);
    }

    private static function headers(array $case): array
    {
        return ['id' => $case['id'], 'timestamp' => (string) $case['timestamp'], 'signature' => $case['signature']];
    }
}
